// A live result as a loop: the newest result each time round, however slow the loop is.

import type { Live } from './live.ts'

/**
 * Results one after another; those that a slow loop has missed are left out.
 *
 * @throws the signal's reason when it aborts, or why the result ended
 */
export async function* iterateLive<Result>(
  live: Live<Result>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result, void, undefined> {
  let newest: { readonly result: Result } | undefined
  let end: { readonly error?: unknown } | undefined
  let wake: (() => void) | undefined
  const abort = (): void => finish({ error: signal?.reason })
  const finish = (how: { readonly error?: unknown }): void => {
    end ??= how
    wake?.()
  }
  signal?.throwIfAborted()
  signal?.addEventListener('abort', abort)
  const subscription = live.subscribe({
    next(result) {
      newest = { result }
      wake?.()
    },
    error: (error) => finish({ error }),
    complete: () => finish({}),
  })
  try {
    while (end === undefined) {
      const next = newest
      newest = undefined
      if (next !== undefined) yield next.result
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    if ('error' in end) throw end.error
  } finally {
    subscription.unsubscribe()
    signal?.removeEventListener('abort', abort)
  }
}
