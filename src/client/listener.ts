// Who is told of live results, and how.

import type { LiveObserver } from './live.ts'

/** Who is told of a result. */
export interface Listener<Result = unknown> {
  readonly next: (result: Result) => void
  readonly error: (error: unknown) => void
  readonly complete: () => void
}

/** An observer, or a function of results, as a listener of its own. */
export function listenerOf<Result>(observer: LiveObserver<Result> | ((result: Result) => void)): Listener<Result> {
  const { next, error, complete }: LiveObserver<Result> = typeof observer === 'function' ? { next: observer } : observer
  return {
    next: (result) => next?.call(observer, result),
    error: (cause) => {
      // An error that nobody listens for is uncaught.
      if (error === undefined) throw cause
      error.call(observer, cause)
    },
    complete: () => complete?.call(observer),
  }
}

/** Tells one listener: what it throws is uncaught, and nobody else's affair. */
export function tellListener(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
