// Sends a conformance script. A step may name in its input what an earlier one was answered (`answerAt`): names of streams,
// iterators and sequence numbers are the server's own.

import type { Answer, AnswerReference, Script } from './conformance-script.ts'
import { REFERENCE } from './conformance-script.ts'
import type { Endpoint } from './endpoint.ts'

/** Members whose values are the server's own: in answers they are replaced by their order of appearance. */
const IDENTITIES: ReadonlySet<string> = new Set(['LastEvaluatedStreamArn', 'LatestStreamArn', 'ShardId', 'StreamArn'])
/** Members of which only their presence can be compared. */
const OPAQUE: ReadonlySet<string> = new Set([
  'EndingSequenceNumber',
  // A moment: two streams made in the same millisecond have one.
  'LatestStreamLabel',
  'NextShardIterator',
  'NextToken',
  'SequenceNumber',
  'ShardIterator',
  'StartingSequenceNumber',
  'StreamLabel',
])

/** The answers of an endpoint without tables to the steps of a script, in order. */
export async function answersOf({ steps }: Script, endpoint: Endpoint): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  const byTitle = new Map<string, Answer>()
  for (const { title, operation, input } of steps) {
    const answer = await endpoint.send(operation, resolved(input, byTitle))
    byTitle.set(title, answer)
    answers.push(answer)
  }
  return withoutIdentities(answers)
}

/** An input with what its references stand for. */
function resolved(input: unknown, answers: ReadonlyMap<string, Answer>): unknown {
  if (typeof input !== 'object' || input === null || ArrayBuffer.isView(input)) return input
  if (Array.isArray(input)) return input.map((element) => resolved(element, answers))
  if (REFERENCE in input) {
    const { title, at } = (input as AnswerReference)[REFERENCE]
    const answer = answers.get(title)
    if (answer === undefined || !('output' in answer)) throw new Error(`"${title}" was not answered with an output`)
    return at.reduce<unknown>((value, step) => (value as Readonly<Record<string, unknown>>)[step], answer.output)
  }
  return Object.fromEntries(Object.entries(input).map(([name, member]) => [name, resolved(member, answers)]))
}

function withoutIdentities(answers: readonly Answer[]): readonly Answer[] {
  const known = new Map<string, string>()
  const masked = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') {
      if (OPAQUE.has(name)) return `<${name}>`
      if (!IDENTITIES.has(name)) return [...known].reduce((text, [own, shown]) => text.replaceAll(own, shown), value)
      if (!known.has(value)) known.set(value, `<${known.size + 1}>`)
      return known.get(value)
    }
    if (Array.isArray(value)) return value.map((element) => masked(element, name))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, masked(inner, member)]))
  }
  return answers.map((answer) => masked(answer, '') as Answer)
}
