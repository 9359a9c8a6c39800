// DynamoDB's API from wherever this runs, signed with the app's credentials: what the direct road to a remote is made of.

import { AwsV4Signer } from 'aws4fetch'
import type { Clock } from '../base/clock.ts'
import { unlessAborted } from '../base/unless-aborted.ts'
import type { DynamoApi } from './dynamo-remote.ts'
import { failureKind } from './remote-failure.ts'
import { decodeWireJson, encodeWireJson } from './wire-values.ts'

/** Credentials, as an identity pool or a role gives them. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** When they end. Without it they are asked for anew when the service refuses them. */
  readonly expiration?: Date
}

/** Where the service is, and who asks. */
export interface SignedApiOptions {
  /** e.g. `eu-central-1`. */
  readonly region: string
  /** Default the service's own in this region. */
  readonly endpoint?: string
  /** Asked when there are none, and anew shortly before they end. */
  readonly credentials: () => Credentials | Promise<Credentials>
  readonly clock: Clock
  /** Default the platform's. */
  readonly fetch?: typeof fetch
}

/** A request that takes longer is given up: its fate is then unknown, as if the answer had been lost. */
const REQUEST_TIMEOUT_MS = 30_000
/** Credentials are renewed this long before they end. */
const RENEWAL_MS = 300_000
/** Below this a difference to the service's clock is the network's. */
const MIN_SKEW_MS = 1000
const TARGET = 'DynamoDB_20120810.'

/**
 * Makes a signed API. Each call is one request; who calls decides about trying again (see remote-failure). A machine whose
 * clock is wrong is corrected by what the service says the time is, and the request is then made once more.
 */
export function createSignedApi(options: SignedApiOptions): DynamoApi {
  const signer = new RequestSigner(options)
  const send = async (operation: string, body: string): Promise<unknown> => {
    const request = await signer.sign(operation, body)
    const response = await (options.fetch ?? fetch)(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
    const answer = decode(await response.text())
    if (response.ok && answer !== undefined) return answer
    const error = serviceError(answer ?? {}, response.status)
    const kind = failureKind(error)
    if (kind === 'credentials') signer.forgetCredentials()
    if (kind === 'clock' && signer.correctClock(response.headers.get('date'))) throw new ClockCorrected(error)
    throw error
  }
  return {
    async send(operation, input) {
      const body = encodeWireJson(input)
      try {
        return await send(operation, body)
      } catch (error) {
        if (!(error instanceof ClockCorrected)) throw error
        return send(operation, body)
      }
    },
  }
}

/** The request was refused for its time, which is known better now. */
class ClockCorrected extends Error {
  override readonly name = 'RequestTimeTooSkewed'

  constructor(cause: Error) {
    super(cause.message, { cause })
  }
}

class RequestSigner {
  readonly #options: SignedApiOptions
  readonly #url: string
  readonly #keys = new Map<string, ArrayBuffer>()
  #credentials: Promise<Credentials> | undefined
  #skewMs = 0

  constructor(options: SignedApiOptions) {
    this.#options = options
    this.#url = options.endpoint ?? `https://dynamodb.${options.region}.amazonaws.com/`
  }

  async sign(operation: string, body: string): Promise<Request> {
    const { accessKeyId, secretAccessKey, sessionToken } = await this.#currentCredentials()
    const signer = new AwsV4Signer({
      method: 'POST',
      url: this.#url,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': TARGET + operation },
      body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 'dynamodb',
      region: this.#options.region,
      cache: this.#keys,
      datetime: compactTime(this.#options.clock.now() + this.#skewMs),
    })
    const { url, ...init } = await signer.sign()
    return new Request(url, init)
  }

  forgetCredentials(): void {
    this.#credentials = undefined
  }

  /** Whether the service's time differs from what was thought. */
  correctClock(date: string | null): boolean {
    const serviceMs = date === null ? Number.NaN : Date.parse(date)
    if (Number.isNaN(serviceMs)) return false
    const skewMs = serviceMs - this.#options.clock.now()
    const isNews = Math.abs(skewMs - this.#skewMs) >= MIN_SKEW_MS
    this.#skewMs = skewMs
    return isNews
  }

  async #currentCredentials(): Promise<Credentials> {
    const { clock } = this.#options
    const known = await this.#credentials
    const endMs = known?.expiration?.getTime() ?? Number.POSITIVE_INFINITY
    if (known !== undefined && endMs - RENEWAL_MS > clock.now() + this.#skewMs) return known
    const asked = this.#ask()
    this.#credentials = asked
    return asked
  }

  async #ask(): Promise<Credentials> {
    try {
      const { credentials } = this.#options
      // Not at once: what fails before there is a promise to forget would be kept for ever.
      const asked = Promise.resolve().then(credentials)
      return await unlessAborted(asked, AbortSignal.timeout(REQUEST_TIMEOUT_MS))
    } catch (cause) {
      this.#credentials = undefined
      const message = cause instanceof Error ? cause.message : String(cause)
      throw Object.assign(new Error(`There are no credentials: ${message}`, { cause }), {
        name: 'CredentialsProviderError',
      })
    }
  }
}

/** `20260131T235959Z`. */
function compactTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

/** Undefined for what is no object of JSON: it comes from somebody between here and the service. */
function decode(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer = decodeWireJson(text)
    return typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

function serviceError(answer: Readonly<Record<string, unknown>>, status: number): Error {
  const { __type: type, message, Message, CancellationReasons } = answer
  const told = message ?? Message
  const error = new Error(typeof told === 'string' ? told : `The service answered with status ${status}.`)
  error.name = typeof type === 'string' ? type.slice(type.lastIndexOf('#') + 1) : 'ServiceUnavailable'
  return CancellationReasons === undefined ? error : Object.assign(error, { CancellationReasons })
}
