// Asks before something is removed. Escape and Cancel say no, and Cancel has the focus first.

import { childElement, pageElement } from './page-element.ts'

/** What is asked. */
export interface Confirmation {
  readonly title: string
  readonly text: string
  /** Label of the button that says yes. */
  readonly yes: string
}

/** Asks, and resolves with true if the answer is yes. */
export type Confirm = (confirmation: Confirmation) => Promise<boolean>

/**
 * Builds the dialog over the elements of index.html. The answer is taken from the button itself, not from the dialog's
 * `close`: that event comes in a task of its own, by which time the dialog may be open with the next question.
 */
export function createConfirmDialog(): Confirm {
  const dialog = pageElement('confirm-dialog', HTMLDialogElement)
  const title = pageElement('confirm-title', HTMLHeadingElement)
  const explanation = pageElement('confirm-text', HTMLParagraphElement)
  const yesButton = pageElement('confirm-yes', HTMLButtonElement)
  let answer: ((isYes: boolean) => void) | undefined

  const settle = (isYes: boolean): void => {
    answer?.(isYes)
    answer = undefined
  }
  childElement(dialog, 'form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    dialog.close()
    settle(event.submitter === yesButton)
  })
  dialog.addEventListener('close', () => {
    if (!dialog.open) settle(false)
  })

  return ({ title: titleText, text, yes }) => {
    title.textContent = titleText
    explanation.textContent = text
    yesButton.textContent = yes
    // Escape has closed it, and the event that says so is still to come.
    settle(false)
    dialog.showModal()
    return new Promise((resolve) => {
      answer = resolve
    })
  }
}
