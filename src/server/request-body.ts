// From the bytes of a request to the operation's input: compression, UTF-8, JSON, and base64 in the places where the operation's shape
// has attribute values.

import { decodeBase64 } from '../base/base64.ts'
import { listNew } from '../base/large-objects.ts'
import { encodeText } from '../base/utf8.ts'
import { type PlaceVisitor, visitPlaces } from '../engine/attribute-places.ts'
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
  visitPlaces(input, shape, DECODING)
}

const DECODING: PlaceVisitor = {
  list: (map) => listNew(map) ?? Object.values(map),
  attributes: (attributes) => decodeMembers(attributes, 1),
  value: (value) => decodeValue(value, 1),
}

function decodeMembers(members: unknown, depth: number): void {
  // Deeper values are refused anyway.
  if (depth > MAX_NESTING_DEPTH || typeof members !== 'object' || members === null) return
  const values: readonly unknown[] | undefined = Array.isArray(members) ? members : listNew(members)
  if (values !== undefined) values.forEach((value) => decodeValue(value, depth))
  else for (const name in members) decodeValue((members as Readonly<Record<string, unknown>>)[name], depth)
}

function decodeValue(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  const members = value as Record<string, unknown>
  for (const type in members) {
    const member = members[type]
    if (type === 'B') members['B'] = decoded(member)
    else if (type === 'BS' && Array.isArray(member)) members['BS'] = member.map(decoded)
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
