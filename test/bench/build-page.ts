// Builds the page of one peer, as an app would build it: Vite, minified, the peer's code alone.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import type { InlineConfig } from 'vite'
import type { PeerEntry } from './peers.ts'

const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url))
const PAGE_FOLDER = join(BENCH_FOLDER, 'page')

/** A built page. */
export interface BuiltPage {
  /** Size of all JavaScript that the peer adds to an app, page and workers, adapter included, in bytes after gzip. */
  readonly codeGzipBytes: number
}

/**
 * Builds a peer's page into a folder.
 *
 * @param minify false keeps the names of functions, for profiles
 */
export async function buildPage(peer: PeerEntry, folder: string, minify: boolean): Promise<BuiltPage> {
  const shared = sharedConfig(peer)
  await build({ ...shared, build: { outDir: folder, emptyOutDir: true, target: 'esnext', minify } })
  const codeFolder = `${folder}-code`
  await build({
    ...shared,
    build: {
      outDir: codeFolder,
      emptyOutDir: true,
      target: 'esnext',
      modulePreload: false,
      rolldownOptions: { input: placedPeer(peer), preserveEntrySignatures: 'strict' },
    },
  })
  return { codeGzipBytes: await scriptGzipBytes(codeFolder) }
}

function sharedConfig(peer: PeerEntry): InlineConfig {
  return {
    configFile: false,
    root: PAGE_FOLDER,
    base: './',
    logLevel: 'warn',
    resolve: { alias: { '#peer': peerFile(peer), '#placed-peer': placedPeer(peer) } },
    worker: { format: 'es' },
  }
}

function peerFile({ file }: PeerEntry): string {
  return join(BENCH_FOLDER, 'peers', `${file}.ts`)
}

function placedPeer(peer: PeerEntry): string {
  return peer.place === 'page' ? peerFile(peer) : join(PAGE_FOLDER, 'peer-in-worker.ts')
}

async function scriptGzipBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const scripts = names.filter((name) => name.endsWith('.js'))
  const sizes = await Promise.all(scripts.map(async (name) => gzipSync(await readFile(join(folder, name))).byteLength))
  return sizes.reduce((total, size) => total + size, 0)
}
