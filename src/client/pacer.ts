// Law 13: the page's thread never works for the database longer than 8 ms at a stretch. Loops over many items ask a
// pacer after each and give the thread back when it says so.

import type { Clock } from '../base/clock.ts'

/** Shorter than the law's 8 ms by what comes before and after: receiving the message, and collecting garbage. */
const MAX_STRETCH_MS = 4

/** Measures one stretch of work at a time. */
export interface Pacer {
  /** True when it is time to pause. */
  isDue(): boolean
  /** Lets the page do its own work first; the next stretch begins. */
  pause(): Promise<void>
}

/** A pacer whose first stretch begins now. */
export function createPacer(clock: Clock): Pacer {
  let startedMs = clock.monotonicMs()
  return {
    isDue: () => clock.monotonicMs() - startedMs >= MAX_STRETCH_MS,
    async pause() {
      await yieldToPage()
      startedMs = clock.monotonicMs()
    },
  }
}

/** Where `scheduler.yield` is missing, a message: timers are clamped to 4 ms and more when nested. */
function yieldToPage(): Promise<void> {
  const { scheduler } = globalThis as { readonly scheduler?: { yield?(): Promise<void> } }
  if (scheduler?.yield !== undefined) return scheduler.yield()
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
