// A session and its worker: grouping, restarts, time limits, closing. The worker is a message port that a test can kill.

import { expose } from 'comlink'
import { afterEach, describe, expect, it } from 'vitest'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { silentLogger } from '../../../src/base/logger.ts'
import { validationException } from '../../../src/model/service-exception.ts'
import { packItem, PackedItem } from '../../../src/model/packed-item.ts'
import { createDictionary } from '../../../src/model/packed-item.ts'
import { createCallServer, type NewsSource, type RunCall } from '../../../src/rpc/call-server.ts'
import { HOLE } from '../../../src/rpc/holes.ts'
import type { Prepared } from '../../../src/rpc/pending-call.ts'
import type { CallForm, EraseRequest, OpenRequest, WireNews, WorkerDoor } from '../../../src/rpc/protocol.ts'
import { MAX_STARTS_PER_WINDOW, RESTART_WINDOW_MS } from '../../../src/rpc/restart-limit.ts'
import { MAX_CALLS_PER_BATCH, MAX_PENDING_CALLS, Session } from '../../../src/rpc/session.ts'
import { PING_LIMIT_MS, SCRIPT_LIMIT_MS } from '../../../src/rpc/worker-link.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createMemoryLocks, type MemoryLocks } from '../../support/memory-locks.ts'
import { type PortWorker, startPortWorker } from '../../support/port-worker.ts'

/** Calls of the engine that a test answers when it likes. */
interface HeldCall {
  readonly form: CallForm
  readonly input: unknown
  answer(output: unknown): void
  fail(error: unknown): void
}

interface Harness {
  readonly session: Session
  readonly clock: ManualClock
  readonly locks: MemoryLocks
  readonly workers: PortWorker[]
  /** Calls that have arrived and wait, of all workers. */
  readonly held: HeldCall[]
  /** Waits until so many calls have arrived. */
  arrived(count: number): Promise<void>
}

interface HarnessOptions {
  readonly request?: OpenRequest | EraseRequest
  /** Answers a call at once; undefined holds it. */
  readonly reply?: (form: CallForm, input: unknown) => Promise<unknown> | undefined
  readonly hasLocks?: boolean
  readonly news?: NewsSource
  /** A worker that says nothing at all. */
  readonly isMute?: (workerIndex: number) => boolean
}

const OPEN: OpenRequest = { kind: 'open', name: 'test', storage: 'indexeddb', durability: 'relaxed' }
const harnesses: Harness[] = []

function createHarness(options: HarnessOptions = {}): Harness {
  const { request = OPEN, reply, hasLocks = true, isMute = () => false } = options
  const clock = createManualClock()
  const locks = createMemoryLocks()
  const workers: PortWorker[] = []
  const held: HeldCall[] = []
  const wakes = new Set<() => void>()
  function main(port: MessagePort): void {
    if (isMute(workers.length)) return
    const lockName = `worker ${workers.length}`
    const serveCall: RunCall = (form, input) => {
      if (form.operation === 'tidetable:close') return Promise.resolve()
      const answer = reply?.(form, input)
      if (answer !== undefined) return answer
      return new Promise((resolve, reject) => {
        held.push({ form, input, answer: resolve, fail: reject })
        for (const wake of wakes) wake()
      })
    }
    const server = createCallServer(serveCall, options.news)
    const door: WorkerDoor = {
      ...server,
      ping: async () => true,
      async start() {
        if (hasLocks) void locks.request(lockName, () => new Promise(() => undefined))
        return { ok: true, value: { lockName: hasLocks ? lockName : undefined } }
      },
    }
    expose(door, port)
  }
  const session = new Session({
    request,
    clock,
    locks: hasLocks ? locks : undefined,
    logger: silentLogger,
    callTimeoutMs: 1000,
    startWorker() {
      const worker = startPortWorker(main)
      workers.push(worker)
      return worker.worker
    },
  })
  async function arrived(count: number): Promise<void> {
    while (held.length < count) {
      await new Promise<void>((resolve) => {
        wakes.add(resolve)
      })
    }
  }
  const harness: Harness = { session, clock, locks, workers, held, arrived }
  harnesses.push(harness)
  return harness
}

afterEach(() => {
  for (const { workers } of harnesses.splice(0)) for (const worker of workers) worker.die()
})

function plain(operation: string, input: unknown = {}): () => Prepared {
  return () => ({ form: { operation, input, rows: 'attribute-values' } })
}

function ask(session: Session, operation: string, input?: unknown): Promise<unknown> {
  return session.call(plain(operation, input), (output) => output)
}

const echo = async (form: CallForm, input: unknown): Promise<unknown> => ({ operation: form.operation, input })

describe('calls made in one microtask', () => {
  it('travel in one message and come back in one', async () => {
    const { session, workers } = createHarness({ reply: echo })
    await session.open()
    const [worker] = workers as [PortWorker]
    const before = { page: worker.sentByPage(), worker: worker.sentByWorker() }
    const answers = await Promise.all([1, 2, 3].map((n) => ask(session, 'GetItem', { n })))
    expect(answers).toEqual([1, 2, 3].map((n) => ({ operation: 'GetItem', input: { n } })))
    expect([worker.sentByPage() - before.page, worker.sentByWorker() - before.worker]).toEqual([1, 1])
  })

  it('travel in several messages of a bounded number of calls', async () => {
    const { session, workers } = createHarness({ reply: echo })
    await session.open()
    const [worker] = workers as [PortWorker]
    const before = worker.sentByPage()
    await Promise.all(Array.from({ length: MAX_CALLS_PER_BATCH + 1 }, () => ask(session, 'GetItem')))
    expect(worker.sentByPage() - before).toBe(2)
  })

  it('are answered in groups: a slow one does not hold up the others', async () => {
    const { session, held, arrived } = createHarness({
      reply: (form) => (form.operation === 'Scan' ? undefined : echo(form, 1)),
    })
    await session.open()
    const scan = ask(session, 'Scan')
    const gets = await Promise.all([ask(session, 'GetItem'), ask(session, 'GetItem')])
    expect(gets).toEqual([
      { operation: 'GetItem', input: 1 },
      { operation: 'GetItem', input: 1 },
    ])
    await arrived(1)
    held[0]?.answer('scanned')
    expect(await scan).toBe('scanned')
  })

  it('fail one by one', async () => {
    const { session } = createHarness({
      reply: async (form) => {
        if (form.operation === 'PutItem') throw validationException('The item is too large')
        return 'read'
      },
    })
    await session.open()
    const results = await Promise.allSettled([
      ask(session, 'GetItem'),
      ask(session, 'PutItem'),
      ask(session, 'GetItem'),
    ])
    expect(results).toEqual([
      { status: 'fulfilled', value: 'read' },
      { status: 'rejected', reason: validationException('The item is too large') },
      { status: 'fulfilled', value: 'read' },
    ])
  })

  it('are refused alone when they cannot be prepared or decoded', async () => {
    const { session } = createHarness({ reply: echo })
    await session.open()
    const results = await Promise.allSettled([
      session.call(() => {
        throw validationException('undefined is not a value')
      }, String),
      session.call(plain('GetItem'), () => {
        throw new TypeError('no such class')
      }),
      ask(session, 'GetItem', 1),
    ])
    expect(results).toEqual([
      { status: 'rejected', reason: validationException('undefined is not a value') },
      { status: 'rejected', reason: new TypeError('no such class') },
      { status: 'fulfilled', value: { operation: 'GetItem', input: 1 } },
    ])
  })

  it('are refused beyond the bound', async () => {
    const { session } = createHarness({ reply: echo })
    await session.open()
    const calls = Array.from({ length: MAX_PENDING_CALLS + 1 }, () => ask(session, 'GetItem'))
    await expect(calls.at(-1)).rejects.toMatchObject({ code: 'StorageOverloaded' })
    await Promise.all(calls.slice(0, -1))
  })
})

describe('packed items', () => {
  const rowDictionary = createDictionary()
  const row = (pk: string, more: Record<string, string> = {}): PackedItem => {
    const item = Object.fromEntries(Object.entries({ pk, ...more }).map(([name, S]) => [name, { S }]))
    return new PackedItem(packItem(item, rowDictionary), rowDictionary)
  }
  const packed =
    (session: Session, operation: string, ...keys: string[]): (() => Prepared) =>
    () => ({
      form: { operation, input: { Keys: keys.map(() => HOLE) }, rows: 'packed' },
      items: keys.map((S) => packItem({ pk: { S } }, session.dictionary)),
    })
  const items = (output: unknown): unknown => (output as { Items: PackedItem[] }).Items.map((item) => item.toItem())

  it('arrive in the worker in the places of their holes', async () => {
    const seen: unknown[] = []
    const { session } = createHarness({
      reply: async (_form, input) => {
        seen.push((input as { Keys: PackedItem[] }).Keys.map((key) => key.toItem()))
      },
    })
    await session.open()
    await Promise.all([
      session.call(packed(session, 'GetItem', 'a', 'b'), String),
      session.call(packed(session, 'GetItem', 'c'), String),
    ])
    expect(seen).toEqual([[{ pk: { S: 'a' } }, { pk: { S: 'b' } }], [{ pk: { S: 'c' } }]])
  })

  it('arrive on the page with names that are sent once, also when a dictionary grows', async () => {
    const rows = [row('a'), row('b', { size: 'L' }), row('c', { size: 'S', colour: 'red' })]
    const { session } = createHarness({ reply: async () => ({ Items: [rows.shift()], Count: 1 }) })
    await session.open()
    const answers = [
      await session.call(packed(session, 'Query', 'x'), items),
      await session.call(packed(session, 'Query', 'x'), items),
      await session.call(packed(session, 'Query', 'x'), items),
    ]
    expect(answers).toEqual([
      [{ pk: { S: 'a' } }],
      [{ pk: { S: 'b' }, size: { S: 'L' } }],
      [{ pk: { S: 'c' }, size: { S: 'S' }, colour: { S: 'red' } }],
    ])
  })

  it('of tables with dictionaries of their own are told apart, also when a table is made anew', async () => {
    const other = createDictionary()
    const fresh = createDictionary(['colour', 'pk'])
    const outputs = [
      row('a'),
      new PackedItem(packItem({ size: { S: 'L' } }, other), other),
      new PackedItem(packItem({ pk: { S: 'a' }, colour: { S: 'red' } }, fresh), fresh),
    ]
    const { session } = createHarness({ reply: async () => ({ Items: outputs }) })
    await session.open()
    expect(await session.call(packed(session, 'Query', 'x'), items)).toEqual(outputs.map((item) => item.toItem()))
  })

  it('of more dictionaries than are remembered still arrive', async () => {
    let next = 0
    const { session } = createHarness({
      reply: async () => {
        const Items = Array.from({ length: 600 }, () => {
          const dictionary = createDictionary([`name${next}`])
          return new PackedItem(packItem({ [`name${next++}`]: { S: 'x' } }, dictionary), dictionary)
        })
        return { Items }
      },
    })
    await session.open()
    const names: string[] = []
    for (let call = 0; call < 4; call++) {
      for (const item of (await session.call(packed(session, 'Query', 'x'), items)) as object[]) {
        names.push(...Object.keys(item))
      }
    }
    expect(names).toEqual(Array.from({ length: 2400 }, (_, index) => `name${index}`))
  })

  it('are told apart from values that look like holes', async () => {
    const { session } = createHarness({ reply: echo })
    await session.open()
    const prepared = (): Prepared => ({
      form: { operation: 'GetItem', input: { Key: HOLE, like: {} }, rows: 'packed' },
      items: [packItem({ pk: { S: 'a' } }, session.dictionary)],
    })
    const output = (await session.call(prepared, (each) => each)) as { input: { Key: PackedItem; like: unknown } }
    expect([output.input.Key.toItem(), output.input.like]).toEqual([{ pk: { S: 'a' } }, {}])
  })
})

describe('a worker that is lost', () => {
  it('rejects the writes that it had, and is replaced', async () => {
    const { session, workers, locks, arrived, held } = createHarness()
    await session.open()
    const put = ask(session, 'PutItem')
    await arrived(1)
    workers[0]?.die()
    locks.release('worker 0')
    await expect(put).rejects.toEqual(
      new DatabaseError('WorkerLost', "The database's worker was lost: it has ended.", {
        data: { operation: 'PutItem' },
      }),
    )
    const later = ask(session, 'PutItem')
    await arrived(2)
    held[1]?.answer('kept')
    expect(await later).toBe('kept')
    expect(workers.length).toBe(2)
  })

  it('has its reads asked again of the next one, with their items', async () => {
    const { session, workers, locks, arrived, held } = createHarness()
    await session.open()
    const write = ask(session, 'PutItem')
    const first = session.call(
      () => ({
        form: { operation: 'GetItem', input: { Key: HOLE }, rows: 'packed' },
        items: [packItem({ pk: { S: 'a' } }, session.dictionary)],
      }),
      (output) => output,
    )
    await arrived(2)
    workers[0]?.die()
    locks.release('worker 0')
    await expect(write).rejects.toMatchObject({ code: 'WorkerLost' })
    await arrived(3)
    const input = held[2]?.input as { readonly Key: PackedItem } | undefined
    expect(input?.Key.toItem()).toEqual({ pk: { S: 'a' } })
    held[2]?.answer({ found: true })
    expect(await first).toEqual({ found: true })
  })

  it('takes a read down with it only twice', async () => {
    const { session, workers, locks, arrived } = createHarness()
    await session.open()
    const read = ask(session, 'Query')
    for (const index of [0, 1]) {
      await arrived(index + 1)
      workers[index]?.die()
      locks.release(`worker ${index}`)
    }
    await expect(read).rejects.toMatchObject({ code: 'WorkerLost', data: { operation: 'Query' } })
  })

  it('lets calls that had not been sent wait for the next one', async () => {
    const { session, workers, locks, arrived, held } = createHarness()
    await session.open()
    const sent = ask(session, 'PutItem', 'sent')
    await arrived(1)
    const unsent = new Promise<unknown>((resolve) => {
      // In one step with the loss, so that the call is gathered but not yet flushed.
      workers[0]?.die()
      locks.release('worker 0')
      resolve(ask(session, 'PutItem', 'unsent'))
    })
    await expect(sent).rejects.toMatchObject({ code: 'WorkerLost' })
    await arrived(2)
    expect(held[1]?.input).toBe('unsent')
    held[1]?.answer('kept')
    expect(await unsent).toBe('kept')
  })

  it('is noticed by a message that cannot be read', async () => {
    const { session, workers, arrived } = createHarness()
    await session.open()
    const put = ask(session, 'PutItem')
    await arrived(1)
    workers[0]?.raise(new Event('messageerror'))
    await expect(put).rejects.toMatchObject({
      message: "The database's worker was lost: it sent a message that cannot be read.",
    })
    expect(workers[0]?.isDead()).toBe(true)
  })

  it('is noticed without locks when a call runs out of time and no ping is answered', async () => {
    const { session, workers, clock, arrived } = createHarness({ hasLocks: false })
    await session.open()
    const put = ask(session, 'PutItem')
    await arrived(1)
    workers[0]?.die()
    clock.advance(1000)
    clock.advance(PING_LIMIT_MS)
    await expect(put).rejects.toMatchObject({ message: "The database's worker was lost: it hangs." })
  })

  it('is not started more often than the limit allows', async () => {
    const { session, workers, locks, clock, arrived } = createHarness()
    await session.open()
    for (let index = 0; index < MAX_STARTS_PER_WINDOW; index++) {
      const put = ask(session, 'PutItem')
      await arrived(index + 1)
      workers[index]?.die()
      locks.release(`worker ${index}`)
      await expect(put).rejects.toMatchObject({ code: 'WorkerLost' })
    }
    await expect(ask(session, 'PutItem')).rejects.toEqual(
      new DatabaseError('WorkerUnavailable', "The database's worker was lost 5 times within 60000 ms."),
    )
    clock.advance(RESTART_WINDOW_MS)
    void ask(session, 'PutItem').catch(() => undefined)
    await arrived(MAX_STARTS_PER_WINDOW + 1)
  })

  it('takes a database in memory with it', async () => {
    const { session, workers, locks, arrived } = createHarness({ request: { ...OPEN, storage: 'memory' } })
    await session.open()
    const read = ask(session, 'Query')
    await arrived(1)
    workers[0]?.die()
    locks.release('worker 0')
    await expect(read).rejects.toMatchObject({ code: 'WorkerLost' })
    await expect(ask(session, 'Query')).rejects.toMatchObject({ code: 'WorkerLost' })
    expect(workers.length).toBe(1)
  })
})

describe('a call that runs out of time', () => {
  it('is rejected while the worker lives on', async () => {
    const { session, workers, clock, arrived } = createHarness()
    await session.open()
    const put = ask(session, 'PutItem')
    await arrived(1)
    clock.advance(1000)
    await expect(put).rejects.toEqual(
      new DatabaseError('CallTimedOut', 'PutItem was not answered within 1000 ms.', { data: { operation: 'PutItem' } }),
    )
    expect(workers[0]?.isDead()).toBe(false)
  })

  it('leaves no timer behind when it is answered in time', async () => {
    const { session, clock } = createHarness({ reply: echo })
    await session.open()
    await ask(session, 'GetItem')
    expect(clock.timerCount()).toBe(0)
  })
})

describe('starting', () => {
  it('fails when the script cannot be loaded', async () => {
    const { session, workers } = createHarness({ isMute: () => true })
    const opening = session.open()
    workers[0]?.raise(new Event('error'))
    await expect(opening).rejects.toEqual(
      new DatabaseError(
        'WorkerUnavailable',
        "The database's worker could not be started: its script could not be loaded.",
      ),
    )
  })

  it('fails when the worker does not answer in time', async () => {
    const { session, clock, workers } = createHarness({ isMute: () => true })
    const opening = session.open()
    clock.advance(SCRIPT_LIMIT_MS)
    await expect(opening).rejects.toMatchObject({
      code: 'WorkerUnavailable',
      message: `The database's worker could not be started: it did not answer within ${SCRIPT_LIMIT_MS} ms.`,
    })
    expect([workers[0]?.isDead(), clock.timerCount()]).toEqual([true, 0])
  })

  it('again fails the calls that wait for it', async () => {
    const { session, workers, locks, arrived, clock } = createHarness({ isMute: (index) => index === 1 })
    await session.open()
    const lost = ask(session, 'PutItem')
    await arrived(1)
    workers[0]?.die()
    locks.release('worker 0')
    await expect(lost).rejects.toMatchObject({ code: 'WorkerLost' })
    const waiting = ask(session, 'PutItem')
    await Promise.resolve()
    clock.advance(SCRIPT_LIMIT_MS)
    await expect(waiting).rejects.toMatchObject({ code: 'WorkerUnavailable' })
  })
})

describe('closing', () => {
  it('waits for the calls made so far and rejects later ones', async () => {
    const { session, workers, held, arrived } = createHarness()
    await session.open()
    const put = ask(session, 'PutItem')
    const closing = session.close()
    await expect(ask(session, 'PutItem')).rejects.toEqual(
      new DatabaseError('StorageClosed', 'The database has been closed.'),
    )
    await arrived(1)
    held[0]?.answer('kept')
    expect(await put).toBe('kept')
    await closing
    expect(workers[0]?.isDead()).toBe(true)
  })

  it('can be asked twice', async () => {
    const { session } = createHarness()
    await session.open()
    expect(await Promise.all([session.close(), session.close()])).toEqual([undefined, undefined])
  })

  it('ends although the worker dies meanwhile', async () => {
    const { session, workers, locks, arrived } = createHarness()
    await session.open()
    const put = ask(session, 'PutItem')
    const closing = session.close()
    await arrived(1)
    workers[0]?.die()
    locks.release('worker 0')
    await expect(put).rejects.toMatchObject({ code: 'WorkerLost' })
    await closing
    expect(workers.length).toBe(1)
  })
})

describe('the call that waits for news', () => {
  it('travels alone, and waits for longer than others may take', async () => {
    const { session, workers, clock, arrived } = createHarness()
    await session.open()
    const sent = workers[0]?.sentByPage() ?? 0
    const [put, news, get] = [ask(session, 'PutItem'), ask(session, 'tidetable:news'), ask(session, 'GetItem')]
    const outcomes = Promise.allSettled([put, get])
    await arrived(3)
    expect((workers[0]?.sentByPage() ?? 0) - sent).toBe(3)
    clock.advance(1000)
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    clock.advance(600_000)
    workers[0]?.raise(new Event('messageerror'))
    await expect(news).rejects.toMatchObject({ code: 'WorkerLost' })
  })
})

describe('news', () => {
  const update = (text: string, dictionary = createDictionary()): WireNews['updates'][number] => {
    const row = new PackedItem(packItem({ text: { S: text } }, dictionary), dictionary)
    return { id: 1, isFresh: false, keys: ['key', 'gone'], rows: [row, null], pending: [], isWhole: true }
  }

  it('is received before the calls settle whose answers carry it, with its rows and theirs', async () => {
    let untold: WireNews | undefined = { updates: [update('news')], failures: [], changes: [], isEnded: false }
    const takeNews = (): WireNews | undefined => {
      const news = untold
      untold = undefined
      return news
    }
    const dictionary = createDictionary()
    const item = new PackedItem(packItem({ text: { S: 'item' } }, dictionary), dictionary)
    const { session } = createHarness({
      reply: () => Promise.resolve({ Item: item }),
      news: { caughtUp: () => undefined, takeNews },
    })
    const order: unknown[] = []
    session.onNews = ({ updates: [first] }) => void order.push(first?.rows.map((row) => row?.toItem()))
    await session.open()
    for (let call = 0; call < 2; call++) {
      await session.call(
        () => ({ form: { operation: 'GetItem', input: {}, rows: 'packed' } }),
        (output) => void order.push((output as { Item: PackedItem }).Item.toItem()),
      )
    }
    expect(order).toEqual([[{ text: { S: 'news' } }, undefined], { text: { S: 'item' } }, { text: { S: 'item' } }])
  })

  it('is caught up with before a write is answered, and not for reads', async () => {
    const waits: (() => void)[] = []
    const news: NewsSource = {
      caughtUp: () => new Promise((resolve) => waits.push(resolve)),
      takeNews: () => undefined,
    }
    const { session } = createHarness({ reply: echo, news })
    await session.open()
    await ask(session, 'GetItem')
    expect(waits).toHaveLength(0)
    const put = ask(session, 'PutItem')
    while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve))
    waits[0]?.()
    await expect(put).resolves.toBeDefined()
    expect(waits).toHaveLength(1)
  })
})
