// The package's entry `tidetable/aws`: the AWS SDK for JavaScript (v3), and whatever stands on it, over a database in the
// page. No request leaves the page; no package of the SDK is needed here, as a handler is known by its shape.

import { systemClock } from '../base/clock.ts'
import type { RawRequest } from '../base/http-message.ts'
import type { Database } from './open-database.ts'

/** The part of the SDK's request that is answered. */
export interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Text or bytes. */
  readonly body?: unknown
}

/** The answer, as the SDK reads it. */
export interface SdkResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** What the SDK says about one request. */
export interface SdkHandlerOptions {
  /** Gives the answer up; what the request does is done all the same, as it would be over a network. */
  readonly abortSignal?: SdkAbortSignal | undefined
  /** Milliseconds. */
  readonly requestTimeout?: number | undefined
}

/** An AbortSignal, or what older clients have in its place. */
export interface SdkAbortSignal {
  readonly aborted: boolean
  onabort?: unknown
}

/** Settings that the SDK passes on. */
export interface RequestHandlerConfig {
  /** How long one request may take, in milliseconds. Default: as long as a call of the database may. */
  requestTimeout?: number
}

/** What `requestHandler` of a client takes. */
export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: string }
  handle(request: SdkRequest, options?: SdkHandlerOptions): Promise<{ readonly response: SdkResponse }>
  updateHttpClientConfig<Name extends keyof RequestHandlerConfig>(name: Name, value: RequestHandlerConfig[Name]): void
  httpHandlerConfigs(): RequestHandlerConfig
  /** Does nothing: the database belongs to whoever opened it. */
  destroy(): void
}

/** What a client needs to work on a database in the page. */
export interface ClientConfig {
  readonly requestHandler: RequestHandler
  readonly region: string
  /** Leads nowhere. */
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Leaves requests as they are: nobody verifies signatures, and making them takes longer than answering. */
  readonly signer: { sign<Request>(request: Request): Promise<Request> }
}

/**
 * Makes the handler of requests for a client of the SDK.
 *
 * @param database stays open when the client is destroyed
 */
export function createRequestHandler(
  database: Pick<Database, 'http'>,
  config: RequestHandlerConfig = {},
): RequestHandler {
  const settings = { ...config }
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, { abortSignal, requestTimeout = settings.requestTimeout } = {}) {
      if (abortSignal?.aborted === true) throw abortError(abortSignal)
      const { status, headers, body } = await beforeItIsGivenUp(database.http(rawRequest(request)), {
        abortSignal,
        requestTimeout,
      })
      return { response: { statusCode: status, headers: { ...headers }, body } }
    },
    updateHttpClientConfig(name, value) {
      settings[name] = value
    },
    httpHandlerConfigs: () => ({ ...settings }),
    destroy() {},
  }
}

/**
 * The whole configuration of a client.
 *
 * @example
 * const client = new DynamoDBClient(clientConfig(database))
 * const documents = DynamoDBDocumentClient.from(client)
 */
export function clientConfig(database: Pick<Database, 'http'>, config?: RequestHandlerConfig): ClientConfig {
  return {
    requestHandler: createRequestHandler(database, config),
    region: 'local',
    endpoint: 'https://tidetable.invalid',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: { sign: (request) => Promise.resolve(request) },
  }
}

function rawRequest({ method, path, headers, body }: SdkRequest): RawRequest {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { method, path, headers: Object.fromEntries(entries), body: rawBody(body) }
}

function rawBody(body: unknown): RawRequest['body'] {
  if (body === undefined || body === null || typeof body === 'string') return body ?? ''
  // A view of a larger buffer would take the whole buffer along to the worker.
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  throw new TypeError('The body of a request is text or bytes.')
}

function beforeItIsGivenUp<T>(answer: Promise<T>, { abortSignal, requestTimeout = 0 }: SdkHandlerOptions): Promise<T> {
  if (abortSignal === undefined && requestTimeout === 0) return answer
  return new Promise((resolve, reject) => {
    const listening = new AbortController()
    const onAbort = (): void => reject(abortError(abortSignal))
    if (abortSignal instanceof EventTarget) abortSignal.addEventListener('abort', onAbort, { signal: listening.signal })
    else if (abortSignal !== undefined) abortSignal.onabort = onAbort
    const onTimeout = (): void => reject(timeoutError(requestTimeout))
    const timer = requestTimeout > 0 ? systemClock.after(requestTimeout, onTimeout) : undefined
    const settled = (): void => {
      timer?.cancel()
      listening.abort()
    }
    answer.finally(settled).then(resolve, reject)
  })
}

function abortError(signal: SdkAbortSignal | undefined): Error {
  const cause = signal instanceof AbortSignal ? (signal.reason as unknown) : undefined
  return named('AbortError', new Error('The request was given up.', { cause }))
}

/** The SDK tries again after an error of this name. */
function timeoutError(limitMs: number): Error {
  return named('TimeoutError', new Error(`The request was not answered within ${limitMs} ms.`))
}

function named(name: string, error: Error): Error {
  return Object.assign(error, { name })
}
