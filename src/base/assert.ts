// The one way to say that a state is impossible. Asserts stay on in production: a broken invariant must stop the
// operation before it writes, not after.

/** Thrown when an invariant of Tidetable itself does not hold; always a defect of ours, never of the caller. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/**
 * Checks an invariant.
 *
 * @param condition what must be true
 * @param sentence what is wrong when it is not, as a sentence
 * @throws AssertionError when `condition` is false
 */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence)
}

/**
 * Marks a branch that the types prove unreachable, so that a forgotten union member fails to compile.
 *
 * @throws AssertionError when it is reached all the same (a value from outside that no guard narrowed)
 */
export function unreachable(value: never): never {
  throw new AssertionError(`Unexpected value: ${String(value)}`)
}
