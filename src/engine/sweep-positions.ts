// How far the sweeper has come in each expiry index. What was deleted leaves marks behind that a scan has to walk over until
// storage merges them away: a hundred thousand of them before the first row that is left. So a look begins where the one
// before ended, or at the first row that was written since.

import type { ByteKey } from '../base/byte-key.ts'
import type { LogBatch, LogCursor, OrderedStore } from '../storage/contract.ts'
import { expiryPrefixOfKey } from './keyspace.ts'

/** The first of the rows that were written to an index, and the batch after which all of them are visible. */
interface Written {
  readonly key: ByteKey
  readonly sequence: number
}

/** The positions of one engine. What was written since, by whichever tab, they read in the log. */
export class SweepPositions {
  readonly #passed = new Map<ByteKey, ByteKey>()
  readonly #written = new Map<ByteKey, Written>()
  readonly #cursor: LogCursor
  #areLost = false

  constructor(store: OrderedStore) {
    const snapshot = store.snapshot()
    this.#cursor = store.openLog({ after: snapshot.sequence })
    snapshot.close()
    void this.#read()
  }

  /** Whether something was written that they have not heard of: there have to be others. */
  get areLost(): boolean {
    return this.#areLost
  }

  /**
   * Where a look at an index begins: there are no rows before.
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

  close(): void {
    this.#cursor.close()
  }

  async #read(): Promise<void> {
    try {
      for (let batch = await this.#cursor.next(); batch !== undefined; batch = await this.#cursor.next()) {
        this.#hear(batch)
      }
    } catch {
      // The log was cut before it was read here, or cannot be read: a look at the state says what came, or what is wrong.
      this.#areLost = true
    }
  }

  #hear({ entries, sequence }: LogBatch): void {
    for (const { key, value } of entries) {
      const prefix = value === undefined ? undefined : expiryPrefixOfKey(key)
      if (prefix === undefined) continue
      const earlier = this.#written.get(prefix)?.key
      this.#written.set(prefix, { key: earlier !== undefined && earlier < key ? earlier : key, sequence })
    }
  }
}
