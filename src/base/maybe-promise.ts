// Reads are answered from memory almost always; only a page that is not in the cache takes a turn of the event loop.
// A function that returns MaybePromise answers at once where it can, and its caller awaits only where it must.

/** A value, or the promise of one. Test with `instanceof Promise` before awaiting on a hot path. */
export type MaybePromise<T> = T | Promise<T>

/**
 * Continues with a value now if it is here, or when it comes.
 *
 * @param value what may have to be waited for
 * @param next what to do with it
 */
export function after<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/**
 * Visits elements one after another, each when the one before is done; with no promise at all where none is needed.
 *
 * @param elements not changed meanwhile
 */
export function eachInOrder<T>(
  elements: readonly T[],
  visit: (element: T, index: number) => MaybePromise<void>,
): MaybePromise<void> {
  for (const [index, element] of elements.entries()) {
    const visited = visit(element, index)
    if (visited instanceof Promise) return resumeInOrder(elements, visit, { index, visited })
  }
}

async function resumeInOrder<T>(
  elements: readonly T[],
  visit: (element: T, index: number) => MaybePromise<void>,
  { index, visited }: { readonly index: number; readonly visited: Promise<void> },
): Promise<void> {
  await visited
  for (let next = index + 1; next < elements.length; next++) {
    const later = visit(elements[next] as T, next)
    if (later instanceof Promise) await later
  }
}

/** All values, now if they are all here, else when the last has come. */
export function allOf<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[])
}
