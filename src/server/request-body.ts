// From the bytes of a request to the operation's input: compression, UTF-8, JSON, and base64 in the places where the operation's shape
// has attribute values.

import { unreachable } from '../base/assert.ts'
import { decodeBase64 } from '../base/base64.ts'
import { listValues } from '../base/large-objects.ts'
import { encodeText } from '../base/utf8.ts'
import type { Shape } from '../engine/constraint.ts'
import { MAX_NESTING_DEPTH, MAX_REQUEST_SIZE_BYTES } from '../model/limits.ts'
import { ServiceException } from '../model/service-exception.ts'
import { type ContentCoding, decompress } from './content-coding.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decompresses a body. A text has been decompressed already.
 *
 * @returns undefined when it is too large for a request
 * @throws ServiceException `SerializationException`, without a message, when it is not compressed in this way
 */
export async function decompressBody(
  body: Uint8Array<ArrayBuffer> | string,
  coding: ContentCoding,
): Promise<Uint8Array | string | undefined> {
  if (typeof body === 'string' || body.length === 0) return body
  try {
    return await decompress(body, coding, MAX_REQUEST_SIZE_BYTES)
  } catch {
    // Platforms throw errors of several classes here, for no other cause.
    throw new ServiceException('SerializationException', '')
  }
}

/** Deeper bodies are refused unparsed: parsing five million brackets takes 0.4 s. */
const MAX_BODY_DEPTH = 300_000
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const OPENING_BRACE = 0x7b
const CLOSING_BRACKET = 0x5d
const CLOSING_BRACE = 0x7d

/** Whether brackets and braces outside of texts are open more than MAX_BODY_DEPTH deep somewhere. */
function isTooDeep(json: Uint8Array): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
      if (++depth > MAX_BODY_DEPTH) return true
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--
    else if (byte === QUOTE) at = endOfText(json, at + 1)
  }
  return false
}

/** Where a text's closing quote is, or the end of a body that has none. */
function endOfText(json: Uint8Array, from: number): number {
  let at = from
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return at
}

/**
 * Parses a body.
 *
 * @throws ServiceException `SerializationException`, without a message as the service has it, when it is not JSON in UTF-8
 */
export function parseBody(body: Uint8Array | string): unknown {
  try {
    // Bytes are looked through four times as fast as texts.
    const isDeep = body.length > MAX_BODY_DEPTH && isTooDeep(typeof body === 'string' ? encodeText(body) : body)
    if (!isDeep) return JSON.parse(typeof body === 'string' ? body : utf8.decode(body)) as unknown
  } catch {
    // Not UTF-8, or not JSON.
  }
  throw new ServiceException('SerializationException', '')
}

/**
 * Puts bytes in place of base64 texts, in `input` itself. What does not have its shape stays as it is: the engine says what
 * is wrong with it.
 *
 * @param input just parsed, so that nobody else holds it
 * @throws ServiceException `SerializationException` when a text is not base64
 */
export function decodeBinaryValues(input: unknown, shape: Shape): void {
  if (typeof input !== 'object' || input === null) return
  switch (shape.kind) {
    case 'attributes':
      decodeMembers(input, 1)
      return
    case 'attribute-value':
      decodeValue(input as Record<string, unknown>, 1)
      return
    case 'list':
    case 'map': {
      const inner = shape.kind === 'list' ? shape.element : shape.value
      if (holdsValues(inner)) eachMember(input, (member) => decodeBinaryValues(member, inner))
      return
    }
    case 'structure':
      for (const name in shape.members) {
        if (Object.hasOwn(input, name)) {
          decodeBinaryValues((input as Readonly<Record<string, unknown>>)[name], shape.members[name] as Shape)
        }
      }
      return
    case 'string':
    case 'number':
    case 'boolean':
      return
    default:
      unreachable(shape)
  }
}

/** Whether attribute values may stand in it, of which a scalar has none. */
function holdsValues({ kind }: Shape): boolean {
  return kind !== 'string' && kind !== 'number' && kind !== 'boolean'
}

/** Calls `visit` with each element of a list, or each member of an object. */
function eachMember(members: object, visit: (member: unknown) => void): void {
  const values: readonly unknown[] = Array.isArray(members) ? members : listValues(members)
  for (const value of values) visit(value)
}

function decodeMembers(members: object, depth: number): void {
  // Deeper values are refused anyway.
  if (depth > MAX_NESTING_DEPTH) return
  eachMember(members, (value) => {
    if (typeof value === 'object' && value !== null) decodeValue(value as Record<string, unknown>, depth)
  })
}

function decodeValue(value: Record<string, unknown>, depth: number): void {
  for (const type in value) {
    const member = value[type]
    if (type === 'B') value['B'] = decoded(member)
    else if (typeof member !== 'object' || member === null) continue
    else if (type === 'BS' && Array.isArray(member)) value['BS'] = member.map(decoded)
    else if (type === 'M' || type === 'L') decodeMembers(member, depth + 1)
  }
}

function decoded(text: unknown): unknown {
  if (typeof text !== 'string') return text
  const bytes = decodeBase64(text)
  if (bytes === undefined) throw new ServiceException('SerializationException', whatIsWrong(text))
  return bytes
}

function whatIsWrong(text: string): string {
  if (text.length % 4 !== 0) return `Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`
  const foreign = /[^A-Za-z0-9+/=]/.exec(text)
  if (foreign !== null) return `Invalid base 64 character: '${foreign[0]}'`
  // The service spells it so.
  return 'Invalid last non-pad Base64 character dectected'
}
