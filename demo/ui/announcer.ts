// What a screen reader is told. Answers come with every key stroke: only the one that stands for a moment is spoken.

const SETTLE_MS = 400

/** Says `text` once nothing newer has come for a moment. */
export type Announce = (text: string) => void

/** Speaks through a live region. */
export function createAnnouncer(region: HTMLElement): Announce {
  let timer: ReturnType<typeof setTimeout> | undefined
  return (text) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      region.textContent = text
    }, SETTLE_MS)
  }
}
