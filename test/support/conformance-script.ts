// Conformance scripts: requests that are sent in order, once to a reference server to record its answers and ever after
// to the engine, whose answers have to be the same, word for word.

/** What came back: an output, or an exception. Both in the form of plainAnswer. */
export type Answer =
  | { readonly output: unknown }
  | {
      readonly error: {
        readonly name: string
        readonly message: string
        readonly Item?: unknown
        readonly CancellationReasons?: unknown
      }
    }

/** One request of a script. */
export interface Step {
  /** A sentence that says what is observed. */
  readonly title: string
  readonly operation: string
  readonly input: unknown
  /** What the service answers where the reference server is known to answer something else. */
  readonly service?: Answer
  /** The order of the items is the server's own choice. */
  readonly isUnordered?: true
}

/** The requests about one operation. They build on each other. */
export interface Script {
  readonly operation: string
  readonly steps: readonly Step[]
}

/** A step. */
export function step(
  title: string,
  operation: string,
  input: unknown,
  more: Pick<Step, 'service' | 'isUnordered'> = {},
): Step {
  return { title, operation, input, ...more }
}

/** Marks an AnswerReference. */
export const REFERENCE: unique symbol = Symbol('reference')

/** Stands in an input for a part of an earlier answer. */
export interface AnswerReference {
  readonly [REFERENCE]: { readonly title: string; readonly at: readonly (string | number)[] }
}

/** What the step of this title was answered, at this place of the output. */
export function answerAt(title: string, ...at: (string | number)[]): AnswerReference {
  return { [REFERENCE]: { title, at } }
}

/** The answer that a request is not valid. */
export function refused(message: string): { readonly service: Answer } {
  return failed('ValidationException', message)
}

/** The answer that one constraint on the parameters is broken. */
export function broken(...constraints: readonly string[]): { readonly service: Answer } {
  const count = constraints.length === 1 ? '1 validation error' : `${constraints.length} validation errors`
  return refused(`${count} detected: ${constraints.join('; ')}`)
}

/** The answer that a request failed. */
export function failed(name: string, message: string): { readonly service: Answer } {
  return { service: { error: { name, message } } }
}

/** The answer that a transaction was cancelled; a reason that is undefined is that of an action that could be done. */
export function cancelled(...reasons: readonly (CancelledAction | undefined)[]): { readonly service: Answer } {
  const CancellationReasons = reasons.map((reason) => reason ?? { Code: 'None' })
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ')
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
  return { service: { error: { name: 'TransactionCanceledException', message, CancellationReasons } } }
}

/** What was wrong with an action of a transaction. */
export interface CancelledAction {
  readonly Code: string
  readonly Message: string
  readonly Item?: unknown
}

/** The answer that a request succeeded. */
export function answered(output: unknown): { readonly service: Answer } {
  return { service: { output } }
}

/** A text of this many bytes. */
export function textOf(sizeBytes: number): string {
  return 'x'.repeat(sizeBytes)
}
