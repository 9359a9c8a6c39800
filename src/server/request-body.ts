// From the bytes of a request to the operation's input: compression, UTF-8, JSON, and base64 in the places where the operation's shape
// has attribute values.

import { decodeBase64 } from '../base/base64.ts'
import { unreachable } from '../base/assert.ts'
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

/**
 * Parses a body.
 *
 * @throws ServiceException `SerializationException`, without a message as the service has it, when it is not JSON in UTF-8
 */
export function parseBody(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : utf8.decode(body)) as unknown
  } catch {
    throw new ServiceException('SerializationException', '')
  }
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
    case 'map':
      for (const member of Object.values(input))
        decodeBinaryValues(member, shape.kind === 'list' ? shape.element : shape.value)
      return
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

function decodeMembers(members: object, depth: number): void {
  // Deeper values are refused anyway.
  if (depth > MAX_NESTING_DEPTH) return
  for (const value of Object.values(members)) {
    if (typeof value === 'object' && value !== null) decodeValue(value as Record<string, unknown>, depth)
  }
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
