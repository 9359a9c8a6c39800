// A request in the one form that signer and verifier agree on (Signature Version 4).
// Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request

import type { RawRequest } from '../base/http-message.ts'
import type { Authorization } from './authorization.ts'

const SIGNATURE_PARAMETER = 'X-Amz-Signature'

/**
 * The canonical request.
 *
 * @param bodyHash SHA-256 of the body in hexadecimal
 */
export function canonicalRequest(
  { method, path, headers }: RawRequest,
  { signedHeaders }: Pick<Authorization, 'signedHeaders'>,
  bodyHash: string,
): string {
  const queryStart = path.indexOf('?')
  const pathPart = queryStart < 0 ? path : path.slice(0, queryStart)
  const query = queryStart < 0 ? '' : path.slice(queryStart + 1)
  const headerLines = signedHeaders.split(';').map((name) => `${name}:${canonicalHeader(headers, name)}\n`)
  return [method, canonicalPath(pathPart), canonicalQuery(query), headerLines.join(''), signedHeaders, bodyHash].join(
    '\n',
  )
}

function canonicalHeader(headers: RawRequest['headers'], name: string): string {
  const value = Object.hasOwn(headers, name) ? (headers[name] ?? '') : ''
  return value.trim().replaceAll(/ {2,}/g, ' ')
}

/** Segments are encoded once more than they were sent, and `.`, `..` and empty ones are resolved (all services but S3). */
function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  const isFolder = path.endsWith('/') && segments.length > 0
  return `/${segments.join('/')}${isFolder ? '/' : ''}`
}

function canonicalQuery(query: string): string {
  return Array.from(new URLSearchParams(query))
    .filter(([name]) => name !== SIGNATURE_PARAMETER)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}
