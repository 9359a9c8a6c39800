// Asks before something is removed. Escape and Cancel say no, and Cancel has the focus first.

import { pageElement } from './page-element.ts'

/** What is asked. */
export interface Confirmation {
  readonly title: string
  readonly text: string
  /** Label of the button that says yes. */
  readonly yes: string
}

/** Asks, and resolves with true if the answer is yes. */
export function confirmInDialog({ title, text, yes }: Confirmation): Promise<boolean> {
  const dialog = pageElement('confirm-dialog', HTMLDialogElement)
  pageElement('confirm-title', HTMLHeadingElement).textContent = title
  pageElement('confirm-text', HTMLParagraphElement).textContent = text
  pageElement('confirm-yes', HTMLButtonElement).textContent = yes
  // Escape leaves the value of the dialog's last use in place.
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
