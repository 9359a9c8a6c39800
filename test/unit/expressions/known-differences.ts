// Where we do not answer what the reference server answers, and why.

/** An expression to which we answer something else than DynamoDB Local. */
export interface KnownDifference {
  readonly fixture: string
  readonly text: string
  /** What we answer; the error's message, or what the expression does. */
  readonly ours: unknown
  readonly reason: string
  readonly source: string
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = []
