// How the requests of replication travel to a gateway and back: JSON by POST, one request of the port each, with binary
// values as base64. Items have DynamoDB's own shape. What arrives at a gateway is untrusted and is checked field by field.

import { decodeBase64, encodeBase64 } from '../base/base64.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { canonicalItem } from '../model/validate-item.ts'
import type {
  ExpectedVersion,
  ItemPlace,
  Push,
  PushedItem,
  RemoteTable,
  ScopedTable,
  ScopeHead,
} from './remote-table.ts'

/** What can be asked of a gateway. */
export type GatewayOperation = keyof RemoteTable

/** A request as it travels. */
export interface GatewayRequest {
  readonly operation: GatewayOperation
  readonly input: unknown
}

/** An answer as it travels. */
export type GatewayAnswer =
  | { readonly output: unknown }
  | { readonly error: { readonly name: string; readonly message: string } }

/** A hint: this scope's log has grown. The data of a server-sent event. */
export interface GatewayHint {
  readonly scope: string
}

/** What a gateway refuses as not well formed. */
export class MalformedRequest extends Error {
  override readonly name = 'ValidationException'
}

/** Actions in a push: what one transaction of the API holds. */
const MAX_PUSHED_ITEMS = 100
/** Intents in a push. */
const MAX_INTENTS = 10_000
/** Items fetched at once. */
const MAX_PLACES = 1000
const MAX_NAME_CHARS = 2048
const BYTES = '$bytes'

/** Text of a message. Bytes become `{ "$bytes": base64 }`, which no attribute value looks like. */
export function encodeMessage(message: GatewayRequest | GatewayAnswer): string {
  return JSON.stringify(message, (_name, value: unknown) =>
    value instanceof Uint8Array ? { [BYTES]: encodeBase64(value) } : value,
  )
}

/**
 * A message from its text.
 *
 * @throws MalformedRequest
 */
export function decodeMessage(json: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(json, reviveBytes), 'The message')
  } catch (error) {
    if (error instanceof MalformedRequest) throw error
    throw new MalformedRequest('The message is not JSON.', { cause: error })
  }
}

function reviveBytes(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, BYTES)) return value
  const encoded = (value as Record<string, unknown>)[BYTES]
  if (typeof encoded !== 'string') return value
  const bytes = decodeBase64(encoded)
  if (bytes === undefined) throw new MalformedRequest('Bytes are not base64.')
  return bytes
}

/** What each operation is asked with. */
export interface GatewayInputs {
  readonly readHead: string
  readonly readClient: string
  readonly readLog: { readonly scope: string; readonly after: number }
  readonly isCut: { readonly scope: string; readonly sequence: number }
  readonly readItems: ScopedTable & { readonly from: Key | undefined }
  readonly fetchItems: readonly ItemPlace[]
  readonly push: Push
}

/** Checks the input of each operation; each throws MalformedRequest or a ServiceException. */
export const decodeInput: {
  readonly [Operation in GatewayOperation]: (input: unknown) => GatewayInputs[Operation]
} = {
  readHead: (input) => text(input, 'scope'),
  readClient: (input) => text(input, 'clientId'),
  readLog(input) {
    const { scope, after } = record(input, 'The input')
    return { scope: text(scope, 'scope'), after: wholeNumber(after, 'after') }
  },
  isCut(input) {
    const { scope, sequence } = record(input, 'The input')
    return { scope: text(scope, 'scope'), sequence: wholeNumber(sequence, 'sequence') }
  },
  readItems(input) {
    const { table, scope, from } = record(input, 'The input')
    return {
      table: text(table, 'table'),
      scope: text(scope, 'scope'),
      from: from === undefined || from === null ? undefined : item(from),
    }
  },
  fetchItems: (input) => list(input, 'places', MAX_PLACES).map(place),
  push(input) {
    const push = record(input, 'The push')
    return {
      clientId: text(push['clientId'], 'clientId'),
      pushId: text(push['pushId'], 'pushId'),
      previousMutation: wholeNumber(push['previousMutation'], 'previousMutation'),
      lastMutation: wholeNumber(push['lastMutation'], 'lastMutation'),
      clock: wholeNumber(push['clock'], 'clock'),
      intents: list(push['intents'], 'intents', MAX_INTENTS).map((entry) => {
        const { order, tag } = record(entry, 'An intent')
        return { order: wholeNumber(order, 'order'), tag: wholeNumber(tag, 'tag') }
      }),
      heads: heads(push['heads']),
      items: list(push['items'], 'items', MAX_PUSHED_ITEMS).map(pushedItem),
    }
  },
}

function heads(value: unknown): Readonly<Record<string, ScopeHead>> {
  const entries = Object.entries(record(value, 'heads')).map(([scope, head]) => {
    const { sequence, logId } = record(head, 'A head')
    const isNew = logId === ''
    return [scope, { sequence: wholeNumber(sequence, 'sequence'), logId: isNew ? '' : text(logId, 'logId') }] as const
  })
  return Object.fromEntries(entries)
}

function pushedItem(value: unknown): PushedItem {
  const { expected, image, scope, clock } = record(value, 'A pushed item')
  return {
    ...place(value),
    expected: expectedVersion(expected),
    image: image === 'deleted' || image === 'checked' ? image : item(image),
    scope: text(scope, 'scope'),
    clock: wholeNumber(clock, 'clock'),
  }
}

function expectedVersion(value: unknown): ExpectedVersion {
  return value === 'absent' || value === 'unversioned' ? value : wholeNumber(value, 'expected')
}

function place(value: unknown): ItemPlace {
  const { table, key } = record(value, 'A place')
  return { table: text(table, 'table'), key: item(key) }
}

function item(value: unknown): Item {
  return canonicalItem(record(value, 'An item'))
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedRequest(`${what} is not an object.`)
  }
  return value as Readonly<Record<string, unknown>>
}

function list(value: unknown, what: string, maxLength: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedRequest(`${what} is not a list.`)
  if (value.length > maxLength) throw new MalformedRequest(`${what} has more than ${maxLength} members.`)
  return value
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_CHARS) {
    throw new MalformedRequest(`${what} is not a text of 1 to ${MAX_NAME_CHARS} characters.`)
  }
  return value
}

function wholeNumber(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new MalformedRequest(`${what} is not a whole number.`)
  }
  return value as number
}
