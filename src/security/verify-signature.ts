// Decides whether a request was signed with a known key, in the service's order of questions and in its words.

import type { RawRequest } from '../base/http-message.ts'
import { ServiceException, type ServiceExceptionName } from '../model/service-exception.ts'
import { type Authorization, dateOf, readAuthorization } from './authorization.ts'
import { canonicalRequest } from './canonical-request.ts'
import {
  type CredentialScope,
  deriveSigningKey,
  SCOPE_TERMINATOR,
  sha256Hex,
  sign,
  SIGNATURE_ALGORITHM,
} from './signature.ts'

/** A key as the service hands it out. */
export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials: requests must bring it along. */
  readonly sessionToken?: string
}

/** What signatures are held against. */
export interface SignatureRules {
  readonly credentials: SigningCredentials
  /** The service that requests must be signed for, e.g. `dynamodb`. */
  readonly service: string
  /** The region that requests must be signed for. Default: any. */
  readonly region?: string
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number
}

/** Accepts a request by resolving, refuses it by rejecting. */
export type VerifySignature = (request: RawRequest) => Promise<void>

/**
 * How far the signer's clock may be from ours. The service has been seen with 15 minutes and, of late, with 5.
 */
export const MAX_CLOCK_SKEW_MINUTES = 5

/** Signing keys kept: one for a day and region. */
const MAX_SIGNING_KEYS = 16
const MS_PER_MINUTE = 60_000
const MS_PER_SECOND = 1000
const BASIC_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
const SCOPE_ELEMENTS = 5
const INVALID_TOKEN = 'The security token included in the request is invalid.'

/**
 * Makes a verifier of Signature Version 4.
 *
 * @returns rejects with a ServiceException: `MissingAuthenticationTokenException`, `IncompleteSignatureException`,
 *   `InvalidSignatureException` or `UnrecognizedClientException`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export function createSignatureVerifier(rules: SignatureRules): VerifySignature {
  const keys = new Map<string, Promise<CryptoKey>>()

  function signingKey(scope: CredentialScope): Promise<CryptoKey> {
    const name = `${scope.date}/${scope.region}`
    let key = keys.get(name)
    if (key === undefined) {
      if (keys.size >= MAX_SIGNING_KEYS) keys.clear()
      key = deriveSigningKey(rules.credentials.secretAccessKey, scope)
      keys.set(name, key)
    }
    return key
  }

  return async (request) => {
    const authorization = readAuthorization(request)
    const date = signingDate(authorization, request)
    checkAge(date, rules.now())
    if (!authorization.signedHeaders.toLowerCase().split(';').includes('host')) {
      throw refusal('InvalidSignatureException', "'Host' must be a 'SignedHeader' in the AWS Authorization.")
    }
    if (authorization.algorithm !== SIGNATURE_ALGORITHM) {
      const message = `Unsupported AWS 'algorithm': '${authorization.algorithm}' (only ${SIGNATURE_ALGORITHM} for now). `
      throw refusal('IncompleteSignatureException', message)
    }
    const scope = checkScope(authorization.credential, { date, rules })
    const { sessionToken } = rules.credentials
    const canonical = canonicalRequest(request, authorization, await sha256Hex(request.body))
    const scopeText = `${scope.date}/${scope.region}/${scope.service}/${SCOPE_TERMINATOR}`
    const stringToSign = [SIGNATURE_ALGORITHM, date, scopeText, await sha256Hex(canonical)].join('\n')
    const expected = await sign(await signingKey(scope), stringToSign)
    if (!areEqual(expected, authorization.signature)) throw mismatch(canonical, stringToSign)
    if (tokenOf(request) !== sessionToken) throw refusal('UnrecognizedClientException', INVALID_TOKEN)
  }
}

/** In the basic form of ISO 8601; a Date header may have the form of RFC 9110. */
function signingDate(authorization: Authorization, request: RawRequest): string {
  const text = dateOf(authorization, request)
  if (BASIC_DATE.test(text)) return text
  const isDateHeader = !authorization.isInQuery && request.headers['x-amz-date'] === undefined
  const timeMs = isDateHeader ? Date.parse(text) : Number.NaN
  if (Number.isNaN(timeMs)) {
    const message = `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`
    throw refusal('IncompleteSignatureException', message)
  }
  return basicDate(timeMs)
}

function checkAge(date: string, nowMs: number): void {
  const signedAtMs = Date.parse(date.replace(BASIC_DATE, '$1-$2-$3T$4:$5:$6Z'))
  const skewMs = MAX_CLOCK_SKEW_MINUTES * MS_PER_MINUTE
  const nowSecondMs = Math.floor(nowMs / MS_PER_SECOND) * MS_PER_SECOND
  const now = basicDate(nowMs)
  if (!(signedAtMs >= nowSecondMs - skewMs)) {
    const limit = basicDate(nowMs - skewMs)
    const message = `Signature expired: ${date} is now earlier than ${limit} (${now} - ${MAX_CLOCK_SKEW_MINUTES} min.)`
    throw refusal('InvalidSignatureException', message)
  }
  if (signedAtMs > nowSecondMs + skewMs) {
    const limit = basicDate(nowMs + skewMs)
    const message = `Signature not yet current: ${date} is still later than ${limit} (${now} + ${MAX_CLOCK_SKEW_MINUTES} min.)`
    throw refusal('InvalidSignatureException', message)
  }
}

function basicDate(timeMs: number): string {
  return new Date(timeMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

function checkScope(
  credential: string,
  { date, rules }: { readonly date: string; readonly rules: SignatureRules },
): CredentialScope {
  const elements = credential.replace(/\/+$/, '').split('/')
  if (elements.length !== SCOPE_ELEMENTS) {
    const message = `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`
    throw refusal('IncompleteSignatureException', message)
  }
  const [accessKeyId, day, region, service, terminator] = elements as [string, string, string, string, string]
  const signedDay = date.slice(0, 8)
  const complaints = [
    region !== (rules.region ?? region) && `Credential should be scoped to a valid region, not '${region}'. `,
    service !== rules.service && `Credential should be scoped to correct service: '${rules.service}'. `,
    terminator !== SCOPE_TERMINATOR &&
      `Credential should be scoped with a valid terminator: '${SCOPE_TERMINATOR}', not '${terminator}'. `,
    day !== signedDay &&
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${signedDay}', from '${date}'.`,
  ].filter((complaint) => complaint !== false)
  if (complaints.length > 0) throw refusal('InvalidSignatureException', complaints.join(''))
  if (accessKeyId !== rules.credentials.accessKeyId) throw refusal('UnrecognizedClientException', INVALID_TOKEN)
  return { date: day, region, service }
}

function tokenOf({ headers, path }: RawRequest): string | undefined {
  const queryStart = path.indexOf('?')
  const query = new URLSearchParams(queryStart < 0 ? '' : path.slice(queryStart + 1))
  return headers['x-amz-security-token'] ?? query.get('X-Amz-Security-Token') ?? undefined
}

/** Takes the same time wherever the first difference is. */
function areEqual(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length
  for (let at = 0; at < expected.length; at++) difference |= expected.charCodeAt(at) ^ given.charCodeAt(at)
  return difference === 0
}

function mismatch(canonical: string, stringToSign: string): ServiceException {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and ' +
    'signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have ' +
    `been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`
  return refusal('InvalidSignatureException', message)
}

function refusal(name: ServiceExceptionName, message: string): ServiceException {
  return new ServiceException(name, message)
}
