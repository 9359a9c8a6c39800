// What the DevTools protocol tells about a page and its workers: heaps, processor profiles and the length of tasks.

import type { CDPSession, Page } from 'puppeteer-core'

/** Sizes of one thread's heap. */
export interface HeapUsage {
  /** Objects of JavaScript and the browser's own that they keep alive, in bytes. */
  readonly heapBytes: number
  /** Array buffers, in bytes. */
  readonly bufferBytes: number
}

/** A processor profile as DevTools opens it from a `.cpuprofile` file. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  /** The node seen at each sample. */
  readonly samples?: readonly number[]
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[]
}

/** Length of the longest task of a page. */
export interface LongestTask {
  /** By the wall clock, so that it counts waiting for a processor, in ms. */
  readonly durationMs: number
  /** Processor time of the task that took the most of it, in ms. */
  readonly cpuMs: number
}

/** One thread: the page, or a worker. */
export interface DevToolsThread {
  readonly kind: 'page' | 'worker'
  /** Whether the thread has ended, with all that was known of it. */
  readonly hasEnded: boolean
  heapUsage(): Promise<HeapUsage>
  startProfile(): Promise<void>
  stopProfile(): Promise<CpuProfile>
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args: { readonly name?: string; readonly data?: { readonly frames?: readonly TracedFrame[] } }
}

interface TracedFrame {
  readonly url: string
  readonly processId: number
}

const PROFILE_INTERVAL_US = 200
const TRACE_CATEGORIES = ['disabled-by-default-devtools.timeline', '__metadata']

/** A page under observation. */
export class DevTools {
  readonly page: DevToolsThread
  readonly #page: Page
  readonly #session: CDPSession

  private constructor(page: Page, session: CDPSession) {
    this.#page = page
    this.#session = session
    this.page = threadOf('page', session)
  }

  /** Attaches to a page and to the dedicated workers that it has or will start. */
  static async attach(page: Page): Promise<DevTools> {
    return new DevTools(page, await page.createCDPSession())
  }

  /** The workers that run now. */
  get workers(): readonly DevToolsThread[] {
    return this.#page.workers().map(({ client }) => threadOf('worker', client))
  }

  /** The longest task of the page's thread while `work` runs. */
  async traceTasks(work: () => Promise<void>): Promise<LongestTask> {
    const events: TraceEvent[] = []
    const collect = ({ value }: { value: object[] }): void => void events.push(...(value as TraceEvent[]))
    this.#session.on('Tracing.dataCollected', collect)
    await this.#session.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: TRACE_CATEGORIES },
    })
    try {
      await work()
    } finally {
      const complete = new Promise<void>((resolve) => this.#session.once('Tracing.tracingComplete', () => resolve()))
      await this.#session.send('Tracing.end')
      await complete
      this.#session.off('Tracing.dataCollected', collect)
    }
    return longestTask(events)
  }
}

function threadOf(kind: DevToolsThread['kind'], session: CDPSession): DevToolsThread {
  return {
    kind,
    get hasEnded() {
      return session.detached
    },
    async heapUsage() {
      const usage = await session.send('Runtime.getHeapUsage')
      return { heapBytes: usage.usedSize + usage.embedderHeapUsedSize, bufferBytes: usage.backingStorageSize }
    },
    async startProfile() {
      await session.send('Profiler.enable')
      await session.send('Profiler.setSamplingInterval', { interval: PROFILE_INTERVAL_US })
      await session.send('Profiler.start')
    },
    async stopProfile() {
      return (await session.send('Profiler.stop')).profile
    },
  }
}

function longestTask(events: readonly TraceEvent[]): LongestTask {
  const frames = events.flatMap(({ name, args }) =>
    name === 'TracingStartedInBrowser' ? (args.data?.frames ?? []) : [],
  )
  const processId = frames.find(({ url }) => url.startsWith('http'))?.processId
  const thread = events.find(
    ({ name, pid, args }) => name === 'thread_name' && pid === processId && args.name === 'CrRendererMain',
  )
  if (thread === undefined) throw new Error("the trace does not name the page's thread")
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && pid === thread.pid && tid === thread.tid)
  if (tasks.length === 0) throw new Error("the trace holds no task of the page's thread")
  const longest = (microseconds: (task: TraceEvent) => number | undefined): number =>
    tasks.reduce((longestUs, task) => Math.max(longestUs, microseconds(task) ?? 0), 0) / 1_000
  return { durationMs: longest(({ dur }) => dur), cpuMs: longest(({ tdur }) => tdur) }
}
