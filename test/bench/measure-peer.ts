// Takes the figures of one peer: timed rounds, each in a fresh browser with a fresh database, and one observed load that
// no clock is read from, because observing costs time.

import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createProfile, removeProfile, startUnattendedChromium } from '../support/browsers.ts'
import { startMessageInbox } from '../support/message-inbox.ts'
import type { DevToolsThread, LongestTask } from './devtools.ts'
import type { Figures } from './metrics.ts'
import type { OrderOptions } from './orders.ts'
import type { ReopenReport, ReopenRequest } from './page/main.ts'
import type { PeerEntry } from './peers.ts'
import { describeProfile } from './profile-summary.ts'
import { withSession } from './session.ts'
import type { Session } from './session.ts'
import { median } from './statistics.ts'

/** One peer, ready to be measured. */
export interface BuiltPeer {
  readonly entry: PeerEntry
  readonly url: string
  readonly codeGzipBytes: number
}

const BYTES_PER_MB = 1_000_000
const REOPENINGS = 3
const REOPEN_TIMEOUT_MS = 120_000
const HEAP_POLL_MS = 25

/** All timed figures of one round, and the disk that it took. */
export async function measureRound(peer: BuiltPeer, data: OrderOptions): Promise<Figures> {
  const profileFolder = await createProfile('chromium')
  try {
    const figures: Figures[] = []
    await withSession(profileFolder, peer.url, async (session) => {
      await session.call('prepare', data)
      for (const name of await session.workloads()) {
        await session.call('open', name)
        figures.push(await session.call('run', name))
      }
      await session.call('close', undefined)
    })
    const diskMb = (await folderBytes(join(profileFolder, 'Default', 'IndexedDB'))) / BYTES_PER_MB
    const openings: Figures[] = []
    for (let opening = 0; opening < REOPENINGS; opening += 1) {
      openings.push(await measureReopening(peer, data, profileFolder))
    }
    const openToFirstReadMs = median(openings.map((opening) => opening.openToFirstReadMs as number))
    return Object.assign({ diskMb, openToFirstReadMs }, ...figures) as Figures
  } finally {
    await removeProfile(profileFolder)
  }
}

/** Memory of page and worker, and the longest tasks of the page, while a data set is loaded and then read. */
export async function observeLoad(peer: BuiltPeer, data: OrderOptions): Promise<Figures> {
  const profileFolder = await createProfile('chromium')
  try {
    return await withSession(profileFolder, peer.url, async (session) => {
      const { devTools } = session
      const heaps = new HeapWatch(() => [devTools.page, ...devTools.workers])
      const loading = await devTools.traceTasks(() => heaps.during(session.call('loadLazily', data)))
      const scanning = await devTools.traceTasks(() => session.call('scanAndClose', data))
      return {
        pageMemoryMb: heaps.highestBytes('page') / BYTES_PER_MB,
        workerMemoryMb: heaps.highestBytes('worker') / BYTES_PER_MB,
        ...taskFigures(loading, scanning),
        codeKb: peer.codeGzipBytes / 1_000,
      }
    })
  } finally {
    await removeProfile(profileFolder)
  }
}

/** Runs the workloads with a profiler on page and workers; one file per workload and thread. */
export async function profileRound(peer: BuiltPeer, data: OrderOptions, outputFolder: string): Promise<void> {
  await mkdir(outputFolder, { recursive: true })
  const profileFolder = await createProfile('chromium')
  try {
    await withSession(profileFolder, peer.url, async (session) => {
      await session.call('prepare', data)
      for (const name of await session.workloads()) {
        await session.call('open', name)
        await profileWorkload(session, name, (thread) => join(outputFolder, profileName(peer, name, thread)))
      }
    })
  } finally {
    await removeProfile(profileFolder)
  }
}

async function measureReopening(peer: BuiltPeer, data: OrderOptions, profileFolder: string): Promise<Figures> {
  const inbox = await startMessageInbox<ReopenReport>()
  const request: ReopenRequest = { data, inboxUrl: inbox.url }
  const url = `${peer.url}?reopen=${encodeURIComponent(JSON.stringify(request))}`
  const end = startUnattendedChromium(profileFolder, url)
  try {
    const { figures, error } = await inbox.find('the first read after opening', REOPEN_TIMEOUT_MS, () => true)
    if (figures === undefined) throw new Error(`${peer.entry.label}: ${error ?? 'no figures'}`)
    return figures
  } finally {
    await end()
    await inbox.close()
  }
}

async function profileWorkload(
  session: Session,
  workload: string,
  fileOf: (thread: DevToolsThread) => string,
): Promise<void> {
  const threads = [session.devTools.page, ...session.devTools.workers]
  for (const thread of threads) await thread.startProfile()
  console.log(`\n${workload}: ${JSON.stringify(await session.call('run', workload))}`)
  for (const thread of threads) {
    if (thread.hasEnded) {
      console.log(`a ${thread.kind} has ended, and its profile with it`)
      continue
    }
    const profile = await thread.stopProfile()
    const file = fileOf(thread)
    await writeFile(file, JSON.stringify(profile))
    console.log(`${thread.kind}, in ${file}\n${describeProfile(profile)}`)
  }
}

function profileName({ entry }: BuiltPeer, workload: string, { kind }: DevToolsThread): string {
  return `${entry.name}-${workload}-${kind}.cpuprofile`.replaceAll(/[ ,]+/g, '-')
}

function taskFigures(loading: LongestTask, scanning: LongestTask): Figures {
  return {
    loadTaskMs: loading.durationMs,
    loadTaskCpuMs: loading.cpuMs,
    scanTaskMs: scanning.durationMs,
    scanTaskCpuMs: scanning.cpuMs,
  }
}

/** Reads the heaps of some threads again and again, and keeps the highest sums. */
class HeapWatch {
  readonly #threads: () => readonly DevToolsThread[]
  readonly #highestBytes = { page: 0, worker: 0 }

  constructor(threads: () => readonly DevToolsThread[]) {
    this.#threads = threads
  }

  highestBytes(kind: DevToolsThread['kind']): number {
    return this.#highestBytes[kind]
  }

  /** Watches until `work` settles. */
  async during(work: Promise<unknown>): Promise<void> {
    let working = true
    const watching = (async () => {
      while (working) {
        await this.#read()
        await setTimeout(HEAP_POLL_MS)
      }
    })()
    try {
      await work
    } finally {
      working = false
      await watching
    }
  }

  async #read(): Promise<void> {
    const sums = { page: 0, worker: 0 }
    for (const thread of this.#threads()) {
      const { heapBytes, bufferBytes } = await thread.heapUsage()
      sums[thread.kind] += heapBytes + bufferBytes
    }
    this.#highestBytes.page = Math.max(this.#highestBytes.page, sums.page)
    this.#highestBytes.worker = Math.max(this.#highestBytes.worker, sums.worker)
  }
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((total, size) => total + size, 0)
}
