// A web server for the tests: folders and inline pages on 127.0.0.1, with the MIME types and headers that modules, workers
// and a strict Content-Security-Policy need. Nothing is cached, so that a restarted browser sees the files as they are.

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'

/** What a {@link StaticServer} serves. */
export interface StaticServerOptions {
  /** Folders by URL prefix, longest prefix first wins: `{ '/': 'some/folder', '/dist/': 'dist' }`. */
  readonly folders?: Readonly<Record<string, string>>
  /** Whole documents by URL path, served as HTML unless the path ends in another known extension. */
  readonly pages?: Readonly<Record<string, string>>
  /** Sent with every answer, e.g. `Content-Security-Policy`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sends COOP and COEP, which `performance.measureUserAgentSpecificMemory` and shared memory need. */
  readonly crossOriginIsolated?: boolean
  /** The port to listen on; a free one by default. A restarted browser finds its storage only on the same port. */
  readonly port?: number
}

/** A running server. */
export interface StaticServer {
  /** Without a slash at the end: `http://127.0.0.1:41234`. */
  readonly origin: string
  close(): Promise<void>
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Starts a server on 127.0.0.1. */
export async function startStaticServer(options: StaticServerOptions): Promise<StaticServer> {
  const headers = {
    'Cache-Control': 'no-store',
    ...(options.crossOriginIsolated === true ? ISOLATION_HEADERS : {}),
    ...options.headers,
  }
  const server = createServer((request, response) => {
    answer(request, response, options, headers).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: StaticServerOptions,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://127.0.0.1').pathname)
  const page = options.pages?.[path]
  if (page !== undefined) {
    response.writeHead(200, { ...headers, 'Content-Type': MIME_TYPES[extname(path)] ?? MIME_TYPES['.html'] })
    response.end(page)
    return
  }
  const file = await findFile(path, options.folders ?? {})
  if (file === undefined) {
    response.writeHead(404, { ...headers, 'Content-Type': MIME_TYPES['.txt'] })
    response.end(`${path} is not here\n`)
    return
  }
  response.writeHead(200, { ...headers, 'Content-Type': MIME_TYPES[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file)
    .on('error', (error) => response.destroy(error))
    .pipe(response)
}

async function findFile(path: string, folders: Readonly<Record<string, string>>): Promise<string | undefined> {
  const prefixes = Object.keys(folders)
    .filter((prefix) => path.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)
  for (const prefix of prefixes) {
    const folder = normalize(folders[prefix] ?? '')
    const file = normalize(join(folder, path.slice(prefix.length)))
    // A path with `..` must not leave the folder.
    if (file !== folder && !file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) continue
    const found = await existingFile(file)
    if (found !== undefined) return found
  }
  return undefined
}

async function existingFile(file: string): Promise<string | undefined> {
  const entry = await stat(file).catch(() => undefined)
  if (entry?.isFile() === true) return file
  if (entry?.isDirectory() === true) return existingFile(join(file, 'index.html'))
  return undefined
}
