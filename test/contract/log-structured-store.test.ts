// The contract on an IndexedDB in memory, for the fast loop; the browser suite is the truth.

import { IDBFactory } from 'fake-indexeddb'
import 'fake-indexeddb/auto'
import { type LogStructuredStoreOptions, openLogStructuredStore } from '../../src/storage/log-structured-store.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { describeSharedStore, describeStore, type SharedStoreUnderTest } from './store-contract.ts'

/** Small enough that the suite's larger tests flush and merge. */
const SMALL = { memtableBytes: 20_000, pageCacheBytes: 100_000 }

function makeStore(options: Partial<LogStructuredStoreOptions>): () => Promise<SharedStoreUnderTest> {
  return async () => {
    globalThis.indexedDB = new IDBFactory()
    const opened: OrderedStore[] = []
    const openAnother = async (): Promise<OrderedStore> => {
      const store = await openLogStructuredStore({ name: 'contract', ...options })
      opened.push(store)
      return store
    }
    const store = await openAnother()
    return {
      store,
      openAnother,
      dispose: async () => {
        for (const each of opened) await each.close()
      },
    }
  }
}

describeStore('the log-structured store', makeStore({}))
describeSharedStore('the log-structured store', makeStore({}))
describeStore('the log-structured store with a small memtable', makeStore(SMALL))
describeSharedStore('the log-structured store with a small memtable', makeStore(SMALL))
