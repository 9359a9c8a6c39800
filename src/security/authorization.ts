// What a request says about its signature, read from the Authorization header or from the query: present and complete, or
// refused in the service's words. Whether it is true is verify-signature's question.

import type { RawRequest } from '../base/http-message.ts'
import { ServiceException } from '../model/service-exception.ts'

/** A signature and what it says about itself. Nothing of it has been checked but that it is there. */
export interface Authorization {
  /** Whether it came in the query, and is then no part of what it signs. */
  readonly isInQuery: boolean
  readonly algorithm: string
  /** Access key, date, region, service and terminator, with slashes between. */
  readonly credential: string
  /** Names of headers in small letters, with semicolons between. */
  readonly signedHeaders: string
  readonly signature: string
  /** When the request was signed, as it says; undefined when it does not. */
  readonly date: string | undefined
}

const HEADER_PREFIX = 'AWS4-'
const HEADER_PARAMETERS = ['Credential', 'Signature', 'SignedHeaders'] as const
const ALGORITHM_PARAMETER = 'X-Amz-Algorithm'
const QUERY_PARAMETERS = [
  ALGORITHM_PARAMETER,
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const

/**
 * Reads the signature of a request.
 *
 * @throws ServiceException `MissingAuthenticationTokenException` without one, `IncompleteSignatureException` when a part of it
 *   is missing, `InvalidSignatureException` when there are two
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function readAuthorization(request: RawRequest): Authorization {
  const header = request.headers['authorization']
  const query = queryOf(request.path)
  const isInQuery = query.has(ALGORITHM_PARAMETER)
  if (header !== undefined && isInQuery) {
    const message = `Found both '${ALGORITHM_PARAMETER}' as a query-string param and 'Authorization' as HTTP header.`
    throw new ServiceException('InvalidSignatureException', message)
  }
  if (isInQuery) return fromQuery(query)
  if (header === undefined || !header.trim().startsWith(HEADER_PREFIX)) {
    throw new ServiceException('MissingAuthenticationTokenException', 'Request is missing Authentication Token')
  }
  return fromHeader(header, request.headers['x-amz-date'] ?? request.headers['date'])
}

function queryOf(path: string): URLSearchParams {
  const start = path.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : path.slice(start + 1))
}

function fromHeader(header: string, date: string | undefined): Authorization {
  const [algorithm = '', ...parts] = header.trim().split(/[, ]+/)
  const parameters = new Map(parts.map(keyAndValue))
  const missing = HEADER_PARAMETERS.filter((name) => (parameters.get(name) ?? '') === '')
  // A signature that nobody verifies needs no date; one that is broken anyway hears of all that it lacks.
  if (missing.length > 0) {
    const complaints = missing.map((name) => `Authorization header requires '${name}' parameter. `)
    if (date === undefined) complaints.push(DATE_MISSING)
    throw incomplete(`${complaints.join('')}Authorization=${header}`)
  }
  return {
    isInQuery: false,
    algorithm,
    credential: parameters.get('Credential') ?? '',
    signedHeaders: parameters.get('SignedHeaders') ?? '',
    signature: parameters.get('Signature') ?? '',
    date,
  }
}

const DATE_MISSING = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "

/**
 * The date of a signature that has to have one.
 *
 * @throws ServiceException `IncompleteSignatureException` when there is none
 */
export function dateOf(authorization: Authorization, request: RawRequest): string {
  const { date } = authorization
  if (date === undefined) throw incomplete(`${DATE_MISSING}Authorization=${request.headers['authorization'] ?? ''}`)
  return date
}

function keyAndValue(part: string): [string, string] {
  const at = part.indexOf('=')
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
}

function fromQuery(query: URLSearchParams): Authorization {
  const [algorithm, credential, signature, signedHeaders, date] = QUERY_PARAMETERS.map((name) => query.get(name) ?? '')
  const missing = QUERY_PARAMETERS.filter((name) => (query.get(name) ?? '') === '')
  if (missing.length > 0) {
    const complaints = missing.map((name) => `AWS query-string parameters must include '${name}'. `)
    throw incomplete(`${complaints.join('')}Re-examine the query-string parameters.`)
  }
  return { isInQuery: true, algorithm, credential, signedHeaders, signature, date } as Authorization
}

function incomplete(message: string): ServiceException {
  return new ServiceException('IncompleteSignatureException', message)
}
