// How far the sweeper has come in each expiry index. What was deleted leaves marks behind that a scan has to walk over until
// storage merges them away: a hundred thousand of them before the first row that is left. So a look begins where the one
// before ended, or at the first row that was written since.

import type { ByteKey } from '../base/byte-key.ts'
import type { LogBatch, OrderedStore } from '../storage/contract.ts'
import { expiryPrefixOfKey } from './keyspace.ts'

/** The first of the rows that were written to an index, and the batch after which all of them are visible. */
interface Written {
  readonly key: ByteKey
  readonly sequence: number
}

/** The positions of one engine. They know this worker's writes; those of others are found by looking from the start. */
export class SweepPositions {
  readonly #passed = new Map<ByteKey, ByteKey>()
  readonly #written = new Map<ByteKey, Written>()
  readonly #stopObserving: () => void

  constructor(store: OrderedStore) {
    this.#stopObserving = store.observeWrites({
      onEvaluated: (batch) => this.#hear(batch),
      onTakenBack: () => undefined,
    })
  }

  /**
   * Where a look at an index begins: there are no rows before, save of other workers.
   *
   * @param prefix of the index
   * @param sequence of the snapshot that is looked at
   */
  startOf(prefix: ByteKey, sequence: number): ByteKey {
    const passed = this.#passed.get(prefix) ?? prefix
    const written = this.#written.get(prefix)
    if (written === undefined) return passed
    if (written.sequence <= sequence) this.#written.delete(prefix)
    return written.key < passed ? written.key : passed
  }

  /** A look from `startOf` found no row before `key`. */
  pass(prefix: ByteKey, key: ByteKey): void {
    this.#passed.set(prefix, key)
  }

  /** The next looks begin at the start. */
  forget(): void {
    this.#passed.clear()
  }

  close(): void {
    this.#stopObserving()
  }

  #hear({ entries, sequence }: LogBatch): boolean {
    for (const { key, value } of entries) {
      const prefix = value === undefined ? undefined : expiryPrefixOfKey(key)
      if (prefix === undefined) continue
      const earlier = this.#written.get(prefix)?.key
      this.#written.set(prefix, { key: earlier !== undefined && earlier < key ? earlier : key, sequence })
    }
    return false
  }
}
