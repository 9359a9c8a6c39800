// Requests of DynamoDB's HTTP protocol as tests write them by hand, and answers as they compare them.

import type { RawRequest, RawResponse } from '../../src/base/http-message.ts'

/** An Authorization header that is whole and proves nothing. */
export const ANY_AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=any/20261123/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0'

/** A POST for an operation, complete but for what `changes` replaces or, with undefined, takes away. */
export function postRequest(
  operation: string,
  body: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): RawRequest {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    authorization: ANY_AUTHORIZATION,
    ...changes,
  }
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return { method: 'POST', path: '/', headers: Object.fromEntries(given), body: new TextEncoder().encode(body) }
}

/** Status and body of an answer; a body that is JSON is parsed. */
export function contentOf({ status, headers, body }: RawResponse): { readonly status: number; readonly body: unknown } {
  const text = new TextDecoder().decode(body)
  const isJson = (headers['Content-Type'] ?? '').includes('json')
  return { status, body: isJson ? (JSON.parse(text) as unknown) : text }
}
