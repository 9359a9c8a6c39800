// The contract on the memory store.

import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { describeStore } from './store-contract.ts'

describeStore('the memory store', async () => {
  const store = createMemoryStore()
  return { store, dispose: () => store.close() }
})
