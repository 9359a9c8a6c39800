// A disk that can lose its last batches, as one does whose power was cut while it had not written everything yet, and that
// can be copied, as a browser's profile can.

import type { LogBatch, OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'

/** A disk with what was committed to it. */
export interface Disk {
  readonly store: OrderedStore
  /** The same disk without its last batches. */
  without(lastBatches: number): Promise<Disk>
}

/** A disk with these batches. */
export async function createDisk(batches: readonly LogBatch[] = []): Promise<Disk> {
  const store = createMemoryStore()
  const kept: LogBatch[] = []
  store.observeWrites({
    onEvaluated(batch) {
      kept.push(batch)
      return false
    },
    onTakenBack: () => void kept.pop(),
  })
  for (const { entries } of batches) {
    await store.write((transaction) => {
      for (const { key, value } of entries) {
        if (value === undefined) transaction.delete(key)
        else transaction.put(key, value)
      }
    })
  }
  return { store, without: (lastBatches) => createDisk(kept.slice(0, Math.max(0, kept.length - lastBatches))) }
}
