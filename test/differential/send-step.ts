// Sends a step of a sequence to one server and brings what it answers into the form in which answers are compared: what
// the service leaves open (the order of sets, of batches, of items in a scan) is put into one order, reads are walked to
// their ends and their pages put together.

import { canonicalNumber } from '../../src/model/number.ts'
import type { Answer } from '../support/conformance-script.ts'
import { answerOf } from '../support/endpoint.ts'
import type { HttpEndpoint } from '../support/http-endpoint.ts'
import { inOneOrder, plainAnswer } from '../support/plain-answer.ts'
import type { DrawnStep, Input } from './draw-requests.ts'

/** What came of a step. */
export interface StepResult {
  readonly answer: Answer
  /** How many requests it took. */
  readonly requests: number
}

type Output = Readonly<Record<string, unknown>>

interface Page extends Output {
  readonly Items?: readonly Output[]
  readonly Count: number
  readonly ScannedCount: number
  readonly LastEvaluatedKey?: unknown
  readonly ConsumedCapacity?: unknown
}

const MAX_PAGES = 200

/**
 * The reference's answer with its numbers as the service writes them: it keeps some as they came, and those that it has
 * computed as they fell out, e.g. `1.0`.
 */
export function withServiceNumbers({ answer, requests }: StepResult): StepResult {
  return { answer: plainAnswer(inServiceForm(answer, '') as Answer), requests }
}

function inServiceForm(value: unknown, name: string): unknown {
  if (name === 'N' && typeof value === 'string') return canonicalNumber(value)
  if (Array.isArray(value)) return value.map((element) => inServiceForm(element, name === 'NS' ? 'N' : ''))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, inServiceForm(inner, member)]))
}

/** Sends a step. */
export async function sendStep(endpoint: HttpEndpoint, step: DrawnStep): Promise<StepResult> {
  if (step.walk === undefined) {
    const answer = await send(endpoint, step.operation, step.input)
    return { answer: inOneOrder(withSortedCapacity(answer)), requests: 1 }
  }
  if (step.walk === 'segments') return walkSegments(endpoint, step)
  const { answer, requests } = await walk(endpoint, step, step.input)
  return { answer: step.walk === 'unordered' ? inOneOrder(answer) : inOrderOf(answer, step.tiesBy), requests }
}

async function send(endpoint: HttpEndpoint, operation: string, input: Input): Promise<Answer> {
  const { status, text } = await endpoint.post(operation, JSON.stringify(input))
  return plainAnswer(answerOf(status, JSON.parse(text) as unknown))
}

async function walk(endpoint: HttpEndpoint, { operation }: DrawnStep, input: Input): Promise<StepResult> {
  const pages: Page[] = []
  let next: Input | undefined = input
  while (next !== undefined) {
    if (pages.length === MAX_PAGES) throw new Error(`${operation} has more than ${MAX_PAGES} pages`)
    const answer = await send(endpoint, operation, next)
    if ('error' in answer) return { answer, requests: pages.length + 1 }
    const page = answer.output as Page
    pages.push(page)
    const { LastEvaluatedKey } = page
    next = LastEvaluatedKey === undefined ? undefined : { ...input, ExclusiveStartKey: LastEvaluatedKey }
  }
  // Where a scan goes on from depends on each server's own order.
  const isStarted = operation === 'Scan' && input['ExclusiveStartKey'] !== undefined
  return { answer: { output: isStarted ? 'the rest' : joined(pages) }, requests: pages.length }
}

function joined(pages: readonly Page[]): Output {
  const { ConsumedCapacity, Items } = pages[0] as Page
  return {
    ...(Items !== undefined && { Items: pages.flatMap((page) => page.Items ?? []) }),
    Count: sum(pages.map(({ Count }) => Count)),
    ScannedCount: sum(pages.map(({ ScannedCount }) => ScannedCount)),
    pages: pages.length,
    ...(pages.length === 1 && ConsumedCapacity !== undefined && { ConsumedCapacity }),
  }
}

/** Segments are cut differently by each server: what counts is what they have together. */
async function walkSegments(endpoint: HttpEndpoint, step: DrawnStep): Promise<StepResult> {
  const { TotalSegments } = step.input
  const isMistake = step.input['Segment'] !== 0 || ![1, 2, 3].includes(TotalSegments as number)
  const segments = isMistake ? [step.input['Segment']] : Array.from({ length: Number(TotalSegments) }, (_, at) => at)
  const outputs: Page[] = []
  let requests = 0
  for (const Segment of segments) {
    const result = await walk(endpoint, step, { ...step.input, ...(!isMistake && { Segment }) })
    requests += result.requests
    if ('error' in result.answer) return { answer: result.answer, requests }
    if (typeof result.answer.output === 'string' || isMistake) return { answer: { output: 'a segment' }, requests }
    outputs.push(result.answer.output as Page)
  }
  const { ConsumedCapacity: _capacity, pages: _pages, ...rest } = joined(outputs)
  return { answer: inOneOrder({ output: rest }), requests }
}

/** The same answer, with items that have the same `tiesBy` in one order. */
function inOrderOf(answer: Answer, tiesBy: string | undefined): Answer {
  if (tiesBy === undefined || !('output' in answer)) return answer
  const { Items } = answer.output as Page
  if (Items === undefined) return answer
  if (Items.some((item) => item[tiesBy] === undefined)) return inOneOrder(answer)
  const groups = new Map<string, Output[]>()
  for (const item of Items) {
    const value = JSON.stringify(item[tiesBy])
    groups.set(value, [...(groups.get(value) ?? []), item])
  }
  const sorted = [...groups.values()].flatMap((group) => {
    const { output } = inOneOrder({ output: { Items: group } }) as { readonly output: Page }
    return output.Items ?? []
  })
  return { output: { ...(answer.output as Output), Items: sorted } }
}

/** A batch's capacity is listed table by table, in any order. */
function withSortedCapacity(answer: Answer): Answer {
  if (!('output' in answer)) return answer
  const { ConsumedCapacity, ...rest } = answer.output as Output
  if (!Array.isArray(ConsumedCapacity)) return answer
  const nameOf = (entry: unknown): string => String((entry as Output)['TableName'])
  const sorted = [...(ConsumedCapacity as unknown[])].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  return { output: { ...rest, ConsumedCapacity: sorted } }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
