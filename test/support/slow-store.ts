// A memory store whose every read takes a turn of the event loop, as reads do that have to fetch a page: it leads through
// the branches that a store in memory never takes.

import type { MaybePromise } from '../../src/base/maybe-promise.ts'
import type { Cursor, OrderedStore, Reader, ScanOptions, Snapshot, Transaction } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'

/** An empty slow store. */
export function createSlowStore(): OrderedStore {
  const store = createMemoryStore()
  return {
    snapshot: () => slowSnapshot(store.snapshot()),
    refresh: () => store.refresh(),
    write: (body) => store.write((transaction) => body(slowTransaction(transaction))),
    openLog: (options) => store.openLog(options),
    observeWrites: (observer) => store.observeWrites(observer),
    statistics: () => store.statistics(),
    close: () => store.close(),
  }
}

function slowSnapshot(snapshot: Snapshot): Snapshot {
  return { ...slowReader(snapshot), sequence: snapshot.sequence, close: () => snapshot.close() }
}

function slowTransaction(transaction: Transaction): Transaction {
  return {
    ...slowReader(transaction),
    sequence: transaction.sequence,
    indexInBatch: transaction.indexInBatch,
    put: (key, value) => transaction.put(key, value),
    delete: (key) => transaction.delete(key),
  }
}

function slowReader(reader: Reader): Reader {
  return {
    get: (key) => later(() => reader.get(key)),
    scan: (options: ScanOptions) => new SlowCursor(reader.scan(options)),
  }
}

class SlowCursor implements Cursor {
  readonly #cursor: Cursor

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  advance(): Promise<boolean> {
    return later(() => this.#cursor.advance())
  }

  get key(): string {
    return this.#cursor.key
  }

  get value(): Uint8Array {
    return this.#cursor.value
  }
}

async function later<T>(read: () => MaybePromise<T>): Promise<T> {
  await Promise.resolve()
  return read()
}
