// DynamoDB's HTTP protocol (JSON 1.0) over `dispatch`: which operation a request asks for, its input, and the document that
// answers it. The checks come in the order in which the service makes them, so that a request with several faults hears of
// the same one.

import type { Random } from '../base/random.ts'
import { encodeText, textSizeBytes } from '../base/utf8.ts'
import { findOperation } from '../engine/operations/registry.ts'
import { MAX_REQUEST_SIZE_BYTES } from '../model/limits.ts'
import { ServiceException } from '../model/service-exception.ts'
import { STREAMS_OPERATIONS } from '../model/service-operations.ts'
import { contentCoding } from './content-coding.ts'
import type { RawRequest, RawResponse } from '../base/http-message.ts'
import { decodeBinaryValues, decompressBody, parseBody } from './request-body.ts'
import { createRequestId } from './request-id.ts'
import { encodeException, encodeOutput } from './response-body.ts'

/** What answers requests, and who may ask. */
export interface ProtocolOptions {
  /** The engine's door. */
  readonly dispatch: (operation: string, input: unknown) => Promise<unknown>
  /** Throws or rejects with the ServiceException that refuses a request. */
  readonly authenticate: (request: RawRequest) => void | Promise<void>
  readonly random: Random
  /** Named in the answer to a health check. */
  readonly region: string
}

/** Answers one request; rejects only for failures that the service has no words for. */
export type Protocol = (request: RawRequest) => Promise<RawResponse>

const PLAIN_JSON = 'application/json'
/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_MAX_AGE = '172800'
const EXPOSED_HEADERS = 'x-amzn-RequestId, x-amz-crc32'
const UNKNOWN_OPERATION_PAGE = '<UnknownOperationException/>\n'
const API_OF_TABLES = 'DynamoDB_20120810'
const API_OF_STREAMS = 'DynamoDBStreams_20120810'
const TOO_LARGE: RawResponse = { status: 413, headers: {}, body: new Uint8Array(0) }

/** The protocol's own content type. */
export const JSON_1_0 = 'application/x-amz-json-1.0'

/**
 * Makes the protocol.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export function createProtocol(options: ProtocolOptions): Protocol {
  return async (request) => {
    if (isTooLarge(request.body)) return TOO_LARGE
    const headers = commonHeaders(request, options.random)
    const { method, body } = request
    if (method === 'OPTIONS' && request.headers['origin'] !== undefined) return preflight(request, headers)
    if (method === 'GET') return textResponse(200, `healthy: dynamodb.${options.region}.amazonaws.com `, headers)
    const contentType = mediaType(request)
    const isJson = contentType === JSON_1_0 || contentType === PLAIN_JSON
    if (method !== 'POST' || (body.length > 0 && !isJson)) return textResponse(404, UNKNOWN_OPERATION_PAGE, headers)
    const document = await answerDocument(options, request)
    if (document === undefined) return TOO_LARGE
    return textResponse(document.status, document.text, {
      ...headers,
      'Content-Type': isJson ? contentType : PLAIN_JSON,
    })
  }
}

/** What every answer says, whatever it answers. */
export function commonHeaders({ headers }: RawRequest, random: Random): Readonly<Record<string, string>> {
  return {
    'x-amzn-RequestId': createRequestId(random),
    ...(headers['origin'] !== undefined && {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': EXPOSED_HEADERS,
    }),
  }
}

/** An answer with this text. */
export function textResponse(status: number, text: string, headers: Readonly<Record<string, string>>): RawResponse {
  return { status, headers, body: encodeText(text) as Uint8Array<ArrayBuffer> }
}

/** @returns undefined when the body is too large once decompressed */
async function answerDocument(
  { authenticate, dispatch }: ProtocolOptions,
  request: RawRequest,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const coding = contentCoding(request.headers['content-encoding'] ?? '')
    const body = coding === undefined ? request.body : await decompressBody(request.body, coding)
    if (body === undefined) return undefined
    const input = body.length > 0 ? parseBody(body) : undefined
    const { name, shape } = requestedOperation(request)
    await authenticate(request)
    if (input === undefined) throw new ServiceException('SerializationException', '')
    decodeBinaryValues(input, shape)
    return { status: 200, text: encodeOutput(await dispatch(name, input)) }
  } catch (error) {
    if (error instanceof ServiceException) return encodeException(error)
    throw error
  }
}

function requestedOperation({ headers }: RawRequest): {
  readonly name: string
  readonly shape: NonNullable<ReturnType<typeof findOperation>>['shape']
} {
  const [api, name = '', ...rest] = (headers['x-amz-target'] ?? '').split('.')
  const isRightApi = api === (Object.hasOwn(STREAMS_OPERATIONS, name) ? API_OF_STREAMS : API_OF_TABLES)
  const operation = isRightApi && rest.length === 0 ? findOperation(name) : undefined
  if (operation === undefined) throw new ServiceException('UnknownOperationException', '')
  return { name, shape: operation.shape }
}

function preflight({ headers }: RawRequest, common: Readonly<Record<string, string>>): RawResponse {
  const allowedHeaders = headers['access-control-request-headers']
  const allowedMethods = headers['access-control-request-method']
  return textResponse(200, '', {
    ...common,
    ...(allowedHeaders !== undefined && { 'Access-Control-Allow-Headers': allowedHeaders }),
    ...(allowedMethods !== undefined && { 'Access-Control-Allow-Methods': allowedMethods }),
    'Access-Control-Max-Age': PREFLIGHT_MAX_AGE,
  })
}

function mediaType({ headers }: RawRequest): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function isTooLarge(body: Uint8Array | string): boolean {
  if (body.length > MAX_REQUEST_SIZE_BYTES) return true
  // A UTF-16 unit is three bytes of UTF-8 at most.
  if (typeof body !== 'string' || body.length * 3 <= MAX_REQUEST_SIZE_BYTES) return false
  return textSizeBytes(body) > MAX_REQUEST_SIZE_BYTES
}
