// A page used without a mouse: where the keyboard's focus is, whether it can be seen, and how wide the page has become.

import type { Page } from 'playwright-core'

/** Tab stops between any two controls that a test visits. */
const MAX_TAB_STOPS = 40

/**
 * Presses Tab until the control of this name has the focus.
 *
 * @throws Error when it never has, or when a control on the way does not show that it has the focus
 */
export async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = []
  for (let stop = 0; stop < MAX_TAB_STOPS; stop += 1) {
    if ((await focusedName(page)) === name) return
    await page.keyboard.press('Tab')
    passed.push(await focusedName(page))
    if (!(await focusIsVisible(page))) throw new Error(`The focus on “${passed.at(-1)}” cannot be seen.`)
  }
  throw new Error(`Tab never reached “${name}”, but: ${passed.join(', ')}`)
}

/** Name of the focused control, as assistive technology tells it: its label, or else its text. */
export function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === document.body) return 'the page'
    const label =
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0] : null
    return (element?.getAttribute('aria-label') ?? (label ?? element)?.textContent ?? '').trim()
  })
}

/** A radio button is drawn by the text beside it. */
function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const element = document.activeElement
    const drawn = element instanceof HTMLInputElement && element.type === 'radio' ? element.nextElementSibling : element
    return drawn !== null && getComputedStyle(drawn).outlineStyle !== 'none'
  })
}

/** How wide what the page holds is. */
export function widestPixels(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth)
}
