// Compressed bodies, by the platform's own streams. Streams of foreign bytes are read with a bound: a small body can hold
// an endless one.

/** Codings that we read and write, the preferred one first. */
const CODINGS = ['gzip', 'deflate'] as const

/** A way to compress a body, by its name in HTTP. */
export type ContentCoding = (typeof CODINGS)[number]

/** The coding of this name; undefined when we have none of it. */
export function contentCoding(name: string): ContentCoding | undefined {
  const wanted = name.trim().toLowerCase()
  return CODINGS.find((coding) => coding === wanted)
}

/** The coding that a client accepts, by its `Accept-Encoding`; undefined for none. */
export function acceptedCoding(header: string | undefined): ContentCoding | undefined {
  if (header === undefined) return undefined
  const accepted = new Set(header.split(',').flatMap(acceptedName))
  return CODINGS.find((coding) => accepted.has(coding))
}

/** The name of one `name;q=weight`, unless its weight is zero. */
function acceptedName(entry: string): string[] {
  const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
  return parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) ? [] : [name]
}

/** Compresses a body. */
export function compress(body: Uint8Array<ArrayBuffer>, coding: ContentCoding): Promise<Uint8Array<ArrayBuffer>> {
  return transform(body, new CompressionStream(coding), Infinity) as Promise<Uint8Array<ArrayBuffer>>
}

/**
 * Decompresses a body.
 *
 * @param maxBytes of the result
 * @returns undefined when it is larger
 * @throws an error of the platform when it is not compressed in this way
 */
export function decompress(
  body: Uint8Array<ArrayBuffer>,
  coding: ContentCoding,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return transform(body, new DecompressionStream(coding), maxBytes)
}

async function transform(
  body: Uint8Array<ArrayBuffer>,
  transformer: TransformStream<BufferSource, Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return readBounded(new Blob([body]).stream().pipeThrough(transformer), maxBytes)
}

/**
 * Reads a stream to its end.
 *
 * @returns undefined when it has more than `maxBytes`; the rest is not read
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of stream) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return joinChunks(chunks, sizeBytes)
}

/** Puts chunks together that have `sizeBytes` in all. */
export function joinChunks(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
  }
  return joined
}
