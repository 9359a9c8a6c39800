// Answers of different servers made comparable: in the API's JSON, without what depends on time, place and chance.

import type { Answer } from './conformance-script.ts'

/** Members that name a moment, a place or a random identity, or that only one of the servers counts. */
const VOLATILE: ReadonlySet<string> = new Set([
  'ApproximateCreationDateTime',
  'CreationDateTime',
  'CreationRequestDateTime',
  'LastUpdateToPayPerRequestDateTime',
  'LastUpdateDateTime',
  'LastIncreaseDateTime',
  'LastDecreaseDateTime',
  'NumberOfDecreasesToday',
  'TableArn',
  'TableId',
  'IndexArn',
  'awsRegion',
  'eventID',
])

/** The members of outputs that list items. */
interface ItemLists {
  readonly Items?: readonly unknown[]
  readonly Responses?: Readonly<Record<string, readonly unknown[]>> | readonly unknown[]
}

const INDEX_LISTS: ReadonlySet<string> = new Set(['LocalSecondaryIndexes', 'GlobalSecondaryIndexes'])
const SET_TYPES: ReadonlySet<string> = new Set(['SS', 'NS', 'BS'])

/** An answer in JSON: binary as base64, sets and indexes in one order. */
export function plainAnswer(answer: Answer): Answer {
  return plain(answer, '') as Answer
}

/** The same answer with its items in one order. */
export function inOneOrder(answer: Answer): Answer {
  if (!('output' in answer)) return answer
  const { Items, Responses, ...output } = answer.output as ItemLists
  return {
    output: {
      ...output,
      ...(Items !== undefined && { Items: sorted(Items) }),
      // Those of TransactGetItems are a list, in the order of the request.
      ...(Array.isArray(Responses) && { Responses }),
      ...(isTables(Responses) && {
        Responses: Object.fromEntries(Object.entries(Responses).map(([table, items]) => [table, sorted(items)])),
      }),
    },
  }
}

function isTables(responses: ItemLists['Responses']): responses is Readonly<Record<string, readonly unknown[]>> {
  return responses !== undefined && !Array.isArray(responses)
}

/** A request in the API's JSON. */
export function plainInput(input: unknown): unknown {
  return plain(input, '')
}

function plain(value: unknown, name: string): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) {
    const elements = value.map((element) => plain(element, ''))
    if (SET_TYPES.has(name)) return sorted(elements)
    return INDEX_LISTS.has(name) ? sorted(elements) : elements
  }
  if (typeof value !== 'object' || value === null) return value
  // Entries keep a member named `__proto__`.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([member, inner]) => inner !== undefined && !VOLATILE.has(member))
      .map(([member, inner]) => [member, plain(inner, member)]),
  )
}

function sorted(items: readonly unknown[]): readonly unknown[] {
  const keyed = items.map((item) => ({ item, text: JSON.stringify(sortedMembers(item)) }))
  keyed.sort((one, other) => (one.text < other.text ? -1 : 1))
  return keyed.map(({ item }) => item)
}

function sortedMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sortedMembers(inner)]))
}
