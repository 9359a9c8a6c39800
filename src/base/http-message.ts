// An HTTP request and its answer as plain data, so that a protocol needs neither sockets nor the platform's Request and
// Response: the same code answers in Node, behind `fetch` and in the worker, and both cross to a worker as they are.

/** A request as it came. */
export interface RawRequest {
  /** In capitals. */
  readonly method: string
  /** Path and query as they were sent, e.g. `/`. */
  readonly path: string
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  /** The whole body as it was sent, compressed if `content-encoding` says so. A text is UTF-8 that nobody has encoded yet. */
  readonly body: Uint8Array<ArrayBuffer> | string
}

/** The answer to a request. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}
