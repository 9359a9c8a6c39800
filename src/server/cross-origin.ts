// Lets pages of other origins ask a handler (CORS): answers the browser's preflight before anybody is asked who calls, and
// marks every answer, failures too, with the origin that may read it.
// @see https://fetch.spec.whatwg.org/#http-cors-protocol

/** Which pages of other origins may ask. */
export interface CrossOriginOptions {
  /**
   * Origins such as `https://app.example`, a function that is given the page's, or `any`: then whatever page has a caller's
   * headers may use them.
   */
  readonly origins: readonly string[] | 'any' | ((origin: string) => boolean)
  /** Whether requests may carry cookies; not together with `any`. Default false. */
  readonly allowsCookies?: boolean
  /** Headers of answers that pages may read beside those that they always may. Default `date` and `retry-after`. */
  readonly exposedHeaders?: readonly string[]
  /** How long a browser need not ask again. Default two hours, which is the longest that Chromium takes. */
  readonly maxAgeSeconds?: number
}

type Handler = (request: Request) => Promise<Response>

const DEFAULT_MAX_AGE_SECONDS = 7200
const DEFAULT_EXPOSED: readonly string[] = ['date', 'retry-after']
const METHODS = 'GET, POST'
/** More names of headers than this are no request of replication. */
const MAX_REQUEST_HEADERS_CHARS = 4096

/**
 * A handler that pages of other origins may ask.
 *
 * @throws TypeError for an origin that is none, or for cookies from any origin
 */
export function allowOrigins(handle: Handler, options: CrossOriginOptions): Handler {
  checkOptions(options)
  return async (request) => {
    const origin = request.headers.get('origin')
    const isAllowed = origin !== null && allows(options, origin)
    if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) {
      return isAllowed ? preflight(request, origin, options) : varying(new Response(null, { status: 403 }))
    }
    const response = varying(await handle(request))
    // Without these the browser keeps the answer to itself.
    if (isAllowed) mark(response.headers, origin, options)
    return response
  }
}

function preflight({ headers }: Request, origin: string, options: CrossOriginOptions): Response {
  const asked = headers.get('access-control-request-headers') ?? ''
  if (asked.length > MAX_REQUEST_HEADERS_CHARS) return varying(new Response(null, { status: 400 }))
  const response = varying(new Response(null, { status: 204 }))
  mark(response.headers, origin, options)
  response.headers.append('vary', 'access-control-request-headers')
  response.headers.set('access-control-allow-methods', METHODS)
  // What the app's own headers are called is its affair: `authorize` looks at what they hold.
  if (asked !== '') response.headers.set('access-control-allow-headers', asked)
  response.headers.set('access-control-max-age', String(options.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS))
  return response
}

function mark(headers: Headers, origin: string, options: CrossOriginOptions): void {
  headers.set('access-control-allow-origin', options.origins === 'any' ? '*' : origin)
  if (options.allowsCookies === true) headers.set('access-control-allow-credentials', 'true')
  headers.set('access-control-expose-headers', (options.exposedHeaders ?? DEFAULT_EXPOSED).join(', '))
}

/** Caches between here and there must not show the answer for one origin to another. */
function varying(response: Response): Response {
  response.headers.append('vary', 'origin')
  return response
}

function allows({ origins }: CrossOriginOptions, origin: string): boolean {
  if (origins === 'any') return true
  return typeof origins === 'function' ? origins(origin) : origins.includes(origin)
}

function checkOptions({ origins, allowsCookies = false }: CrossOriginOptions): void {
  if (origins === 'any' && allowsCookies) throw new TypeError('Cookies are not taken from pages of any origin.')
  if (typeof origins === 'function' || origins === 'any') return
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`An origin is a scheme, a host and a port, as in https://app.example: ${origin} is none.`)
    }
  }
}
