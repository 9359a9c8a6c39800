// NextToken: where a page ended, bound to the statement and the parameters that it belongs to. Opaque to the caller, and
// checked when it comes back: it may have been made by anybody.

import { crc32 } from '../../base/crc32.ts'
import { decodeBase64, encodeBase64 } from '../../base/base64.ts'
import { decodeText, encodeText } from '../../base/utf8.ts'
import { setAttribute } from '../../model/attribute-map.ts'
import type { AttributeValue, Key } from '../../model/attribute-value.ts'
import { type ServiceException, validationException } from '../../model/service-exception.ts'
import { canonicalItem } from '../../model/validate-item.ts'

const TOKEN_FORMAT = 1
const INVALID = 'Invalid NextToken'
const MISMATCH = 'NextToken does not match request'

interface Token {
  readonly format: typeof TOKEN_FORMAT
  /** Checksum of statement and parameters. */
  readonly request: number
  /** Binary values in base64. */
  readonly position: Readonly<Record<string, unknown>>
}

/** The statement that a token belongs to. */
export interface TokenRequest {
  readonly statement: string
  /** Canonical. */
  readonly parameters: readonly AttributeValue[]
}

/** The token of a page that ended at `position`. */
export function encodeNextToken(request: TokenRequest, position: Key): string {
  const written: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(position)) {
    setAttribute(written, name, 'B' in value ? { B: encodeBase64(value.B) } : value)
  }
  const token: Token = { format: TOKEN_FORMAT, request: checksumOf(request), position: written }
  return encodeBase64(encodeText(JSON.stringify(token)))
}

/**
 * The position that a token holds.
 *
 * @throws ServiceException ValidationException when it is no token, or one of another statement
 */
export function decodeNextToken(request: TokenRequest, text: string): Key {
  const token = readToken(text)
  if (token.request !== checksumOf(request)) throw tokenMismatch()
  return token.position as Key
}

/** What the service says of a token that leads nowhere in what the statement reads. */
export function tokenMismatch(): ServiceException {
  return validationException(MISMATCH)
}

function readToken(text: string): Token {
  const bytes = decodeBase64(text)
  if (bytes === undefined) throw validationException(INVALID)
  try {
    const { format, request, position } = JSON.parse(decodeText(bytes, 0, bytes.length)) as Token
    if (format !== TOKEN_FORMAT) throw validationException(INVALID)
    return { format, request, position: canonicalItem(withBytes(position)) }
  } catch {
    // Whatever is wrong with it, it was not made here.
    throw validationException(INVALID)
  }
}

function withBytes(position: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const key: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(position)) {
    const { B } = value as { readonly B?: unknown }
    setAttribute(key, name, typeof B === 'string' ? { B: decodeBase64(B) } : value)
  }
  return key
}

function checksumOf({ statement, parameters }: TokenRequest): number {
  return crc32(encodeText(JSON.stringify([statement, parameters], hexBytes)))
}

function hexBytes(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? encodeBase64(value) : value
}
