// Signatures made by another implementation of Signature Version 4, and everything that can be wrong with one.

import { AwsV4Signer } from 'aws4fetch'
import { describe, expect, it } from 'vitest'
import type { RawRequest } from '../../../src/base/http-message.ts'
import {
  createSignatureVerifier,
  type SignatureRules,
  type SigningCredentials,
} from '../../../src/security/verify-signature.ts'

const CREDENTIALS: SigningCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY',
}
const SIGNED_AT = '20261123T093000Z'
const SIGNED_AT_MS = Date.UTC(2026, 10, 23, 9, 30, 0)
const MINUTE_MS = 60_000
const BODY = '{"TableName":"cities","Key":{"name":{"S":"Łódź"}}}'

interface Signing {
  readonly credentials: SigningCredentials
  readonly url: string
  readonly datetime: string
  readonly region: string
  readonly service: string
  readonly headers: Readonly<Record<string, string>>
  readonly signQuery: boolean
}

async function signedRequest(changes: Partial<Signing> = {}): Promise<RawRequest> {
  const { credentials = CREDENTIALS, url = 'http://127.0.0.1:8000/', headers = {}, ...others } = changes
  const signer = new AwsV4Signer({
    method: 'POST',
    url,
    headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0', ...headers },
    body: BODY,
    datetime: SIGNED_AT,
    region: 'eu-central-1',
    service: 'dynamodb',
    ...credentials,
    ...others,
  })
  const signed = await signer.sign()
  const { host, pathname, search } = signed.url
  return {
    method: 'POST',
    path: pathname + search,
    headers: { host, ...Object.fromEntries(signed.headers) },
    body: new TextEncoder().encode(BODY),
  }
}

function verify(request: RawRequest, rules: Partial<SignatureRules> = {}): Promise<void> {
  const verifier = createSignatureVerifier({
    credentials: CREDENTIALS,
    service: 'dynamodb',
    now: () => SIGNED_AT_MS,
    ...rules,
  })
  return verifier(request)
}

/** Name and message of what a verification is refused with. */
async function refusal(request: RawRequest, rules: Partial<SignatureRules> = {}): Promise<string> {
  const error: unknown = await verify(request, rules).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof Error ? `${error.name}: ${error.message}` : 'accepted'
}

async function withAuthorization(change: (header: string) => string): Promise<RawRequest> {
  const request = await signedRequest()
  const authorization = change(request.headers['authorization'] ?? '')
  return { ...request, headers: { ...request.headers, authorization } }
}

describe('a signature', () => {
  it('of the known key is accepted', async () => {
    await expect(verify(await signedRequest())).resolves.toBeUndefined()
  })

  it('is accepted for a body that is text', async () => {
    await expect(verify({ ...(await signedRequest()), body: BODY })).resolves.toBeUndefined()
  })

  it('is accepted again with the key that was derived for the first', async () => {
    const verifier = createSignatureVerifier({ credentials: CREDENTIALS, service: 'dynamodb', now: () => SIGNED_AT_MS })
    await verifier(await signedRequest())
    await expect(verifier(await signedRequest())).resolves.toBeUndefined()
    await expect(verifier(await signedRequest({ region: 'us-east-1' }))).resolves.toBeUndefined()
  })

  it('is accepted in the query', async () => {
    const request = await signedRequest({ signQuery: true })
    expect(request.path).toContain('X-Amz-Signature=')
    await expect(verify(request)).resolves.toBeUndefined()
  })

  it('covers path and query as they are encoded', async () => {
    const url = "http://127.0.0.1:8000/a%20b/c?name=x%20y&name=a&empty=&sign=%2B!'()*"
    await expect(verify(await signedRequest({ url }))).resolves.toBeUndefined()
  })

  it('covers headers without the white space around and doubled in them', async () => {
    const request = await signedRequest({ headers: { 'x-amz-meta': '  two   words ' } })
    const headers = { ...request.headers, 'x-amz-meta': '  two   words ' }
    await expect(verify({ ...request, headers })).resolves.toBeUndefined()
  })

  it('of temporary credentials is accepted with their token', async () => {
    const credentials = { ...CREDENTIALS, sessionToken: 'token' }
    await expect(verify(await signedRequest({ credentials }), { credentials })).resolves.toBeUndefined()
  })

  it('may be dated by a Date header', async () => {
    const request = await signedRequest()
    const { 'x-amz-date': _date, ...headers } = request.headers
    const dated = { ...request, headers: { ...headers, date: 'Mon, 23 Nov 2026 09:30:00 GMT' } }
    // The signature covered the other header; that the mismatch names it shows that the date was read.
    expect(await refusal(dated)).toContain("The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20261123T093000Z\n")
  })
})

describe('a request without a whole signature', () => {
  it('is refused when it has none', async () => {
    const request = await withAuthorization(() => 'Bearer token')
    const message = 'MissingAuthenticationTokenException: Request is missing Authentication Token'
    expect(await refusal(request)).toBe(message)
    const { authorization: _authorization, ...headers } = request.headers
    expect(await refusal({ ...request, headers })).toBe(message)
  })

  it('is refused with all that is missing', async () => {
    expect(await refusal(await withAuthorization(() => 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders='))).toBe(
      "IncompleteSignatureException: Authorization header requires 'Signature' parameter. Authorization header requires " +
        "'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=",
    )
  })

  it('is refused with the date among what is missing', async () => {
    const request = { ...(await signedRequest()), headers: { authorization: 'AWS4-' } }
    expect(await refusal(request)).toBe(
      "IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires " +
        "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires " +
        "existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-",
    )
  })

  it('is refused when only the date is missing', async () => {
    const request = await signedRequest()
    const { 'x-amz-date': _date, ...headers } = request.headers
    expect(await refusal({ ...request, headers })).toBe(
      "IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
        `Authorization=${String(request.headers['authorization'])}`,
    )
  })

  it('is refused when the query has a part of one', async () => {
    const request = { ...(await signedRequest()), path: '/?X-Amz-Algorithm=AWS4-HMAC-SHA256', headers: {} }
    expect(await refusal(request)).toBe(
      "IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string " +
        "parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS " +
        "query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    )
  })

  it('is refused when it has two', async () => {
    const request = { ...(await signedRequest()), path: '/?X-Amz-Algorithm=AWS4-HMAC-SHA256' }
    expect(await refusal(request)).toBe(
      "InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    )
  })
})

describe('the date of a signature', () => {
  it.each([-5 * MINUTE_MS, 0, 5 * MINUTE_MS])('may be %i ms from now', async (offsetMs) => {
    await expect(verify(await signedRequest(), { now: () => SIGNED_AT_MS + offsetMs })).resolves.toBeUndefined()
  })

  it('is refused a second later than five minutes after it', async () => {
    expect(await refusal(await signedRequest(), { now: () => SIGNED_AT_MS + 5 * MINUTE_MS + 1000 })).toBe(
      'InvalidSignatureException: Signature expired: 20261123T093000Z is now earlier than 20261123T093001Z ' +
        '(20261123T093501Z - 5 min.)',
    )
  })

  it('is refused a second earlier than five minutes before it', async () => {
    expect(await refusal(await signedRequest(), { now: () => SIGNED_AT_MS - 5 * MINUTE_MS - 1000 })).toBe(
      'InvalidSignatureException: Signature not yet current: 20261123T093000Z is still later than 20261123T092959Z ' +
        '(20261123T092459Z + 5 min.)',
    )
  })

  it('is refused a quarter of an hour away', async () => {
    const request = await signedRequest()
    expect(await refusal(request, { now: () => SIGNED_AT_MS + 15 * MINUTE_MS })).toMatch(
      /^InvalidSignatureException: Signature expired/,
    )
    expect(await refusal(request, { now: () => SIGNED_AT_MS - 15 * MINUTE_MS })).toMatch(
      /^InvalidSignatureException: Signature not yet/,
    )
  })

  it('is refused in another form', async () => {
    const request = await signedRequest()
    expect(await refusal({ ...request, headers: { ...request.headers, 'x-amz-date': '2026-11-23T09:30:00Z' } })).toBe(
      "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got '2026-11-23T09:30:00Z'. See " +
        'http://en.wikipedia.org/wiki/ISO_8601',
    )
  })

  it('is refused when there is no such day', async () => {
    const request = await signedRequest()
    expect(await refusal({ ...request, headers: { ...request.headers, 'x-amz-date': '20261345T093000Z' } })).toBe(
      'InvalidSignatureException: Signature expired: 20261345T093000Z is now earlier than 20261123T092500Z ' +
        '(20261123T093000Z - 5 min.)',
    )
  })
})

describe('a signature that says the wrong thing', () => {
  it('is refused when it leaves out the host', async () => {
    const request = await withAuthorization((header) => header.replace('host;', ''))
    expect(await refusal(request)).toBe(
      "InvalidSignatureException: 'Host' must be a 'SignedHeader' in the AWS Authorization.",
    )
  })

  it('is refused with another algorithm', async () => {
    const request = await withAuthorization((header) => header.replace('SHA256', 'SHA25'))
    expect(await refusal(request)).toBe(
      "IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
    )
  })

  it('is refused with a credential that is cut short', async () => {
    const request = await withAuthorization((header) => header.replace('/dynamodb/aws4_request', ''))
    expect(await refusal(request)).toBe(
      'IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. ' +
        "keyid/date/region/service/term, got 'AKIDEXAMPLE/20261123/eu-central-1'",
    )
  })

  it('is refused with every part of its scope that is wrong', async () => {
    const request = await withAuthorization((header) => header.replace(/\/\d{8}.*?,/, '/20261122/mars/s3/aws5,'))
    expect(await refusal(request, { region: 'eu-central-1' })).toBe(
      "InvalidSignatureException: Credential should be scoped to a valid region, not 'mars'. Credential should be scoped to " +
        "correct service: 'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date " +
        "in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261122' != '20261123', " +
        "from '20261123T093000Z'.",
    )
  })

  it('is refused with a key that nobody knows', async () => {
    const credentials = { ...CREDENTIALS, accessKeyId: 'OTHER' }
    expect(await refusal(await signedRequest({ credentials }))).toBe(
      'UnrecognizedClientException: The security token included in the request is invalid.',
    )
  })

  it('is refused with a token that nobody knows', async () => {
    const credentials = { ...CREDENTIALS, sessionToken: 'token' }
    const message = 'UnrecognizedClientException: The security token included in the request is invalid.'
    expect(await refusal(await signedRequest({ credentials }))).toBe(message)
    expect(await refusal(await signedRequest(), { credentials })).toBe(message)
  })
})

describe('a signature that does not match', () => {
  const message =
    'InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS ' +
    'Secret Access Key and signing method. Consult the service documentation for details.'

  it('is refused with what should have been signed', async () => {
    const credentials = { ...CREDENTIALS, secretAccessKey: 'wrong' }
    const request = await signedRequest({ credentials })
    expect(await refusal({ ...request, body: '' })).toBe(
      `${message}\n\nThe Canonical String for this request should have been\n'POST\n/\n\nhost:127.0.0.1:8000\n` +
        'x-amz-date:20261123T093000Z\nx-amz-target:DynamoDB_20120810.GetItem\n\nhost;x-amz-date;x-amz-target\n' +
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n" +
        "'AWS4-HMAC-SHA256\n20261123T093000Z\n20261123/eu-central-1/dynamodb/aws4_request\n" +
        "725ba2c4f7c2f6cfd79b721d2b6f65f696811c05e604b7a228d4f0466a2fdc92'\n",
    )
  })

  it.each([
    ['the body', (request: RawRequest): RawRequest => ({ ...request, body: `${BODY} ` })],
    ['the path', (request: RawRequest): RawRequest => ({ ...request, path: '/other' })],
    ['the query', (request: RawRequest): RawRequest => ({ ...request, path: '/?a=1' })],
    ['the method', (request: RawRequest): RawRequest => ({ ...request, method: 'PUT' })],
    [
      'a signed header',
      ({ headers, ...others }: RawRequest): RawRequest => ({
        ...others,
        headers: { ...headers, 'x-amz-target': 'DynamoDB_20120810.DeleteTable' },
      }),
    ],
    [
      'the signature',
      ({ headers, ...others }: RawRequest): RawRequest => ({
        ...others,
        headers: { ...headers, authorization: `${headers['authorization'] ?? ''}0` },
      }),
    ],
    [
      'the names of the signed headers',
      ({ headers, ...others }: RawRequest): RawRequest => ({
        ...others,
        headers: { ...headers, authorization: (headers['authorization'] ?? '').replace('host', 'host;constructor') },
      }),
    ],
  ])('is refused when %s was changed', async (_what, change) => {
    expect((await refusal(change(await signedRequest()))).startsWith(message)).toBe(true)
  })
})
