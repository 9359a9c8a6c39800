// What the body of a `write` call gets: the state the batch builds on, under the writes of the batch so far.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Cursor, ScanOptions, Transaction } from './contract.ts'
import { type CursorOwner, MergeCursor } from './merge-cursor.ts'
import type { RowSource } from './row-source.ts'
import type { WriteOverlay } from './write-overlay.ts'

/** The state that a batch builds on: a snapshot whose sources a transaction can lay its own writes over. */
export interface BatchBase {
  readonly sequence: number
  /** Whether pages are being fetched now. */
  readonly isFetching: boolean
  get(key: ByteKey): MaybePromise<Uint8Array | undefined>
  /** The sources of a range, newest first. */
  sources(options: ScanOptions): RowSource[]
  close(): void
}

/** A base with a batch on it that is not durable yet: what comes after it if it commits. */
export class OverlaidBase implements BatchBase {
  readonly sequence: number
  readonly #base: BatchBase
  readonly #overlay: WriteOverlay

  constructor(base: BatchBase, overlay: WriteOverlay) {
    this.sequence = base.sequence + 1
    this.#base = base
    this.#overlay = overlay
  }

  get isFetching(): boolean {
    return this.#base.isFetching
  }

  get(key: ByteKey): MaybePromise<Uint8Array | undefined> {
    const written = this.#overlay.get(key)
    return written === undefined ? this.#base.get(key) : written.value
  }

  sources(options: ScanOptions): RowSource[] {
    return [this.#overlay.source(options), ...this.#base.sources(options)]
  }

  close(): void {
    this.#base.close()
  }
}

/** One transaction of a batch. Reads and writes after `finish` fail an assert. */
export class StoreTransaction implements Transaction, CursorOwner {
  readonly sequence: number
  readonly indexInBatch: number
  readonly #base: BatchBase
  readonly #overlay: WriteOverlay
  #isOpen = true

  constructor(options: {
    readonly base: BatchBase
    readonly overlay: WriteOverlay
    readonly sequence: number
    readonly indexInBatch: number
  }) {
    this.#base = options.base
    this.#overlay = options.overlay
    this.sequence = options.sequence
    this.indexInBatch = options.indexInBatch
  }

  get(key: ByteKey): MaybePromise<Uint8Array | undefined> {
    this.assertOpen()
    const written = this.#overlay.get(key)
    return written === undefined ? this.#base.get(key) : written.value
  }

  scan(options: ScanOptions): Cursor {
    this.assertOpen()
    const sources = [this.#overlay.source(options), ...this.#base.sources(options)]
    return new MergeCursor(sources, { scan: options, owner: this })
  }

  put(key: ByteKey, value: Uint8Array): void {
    this.assertOpen()
    this.#overlay.set(key, value)
  }

  delete(key: ByteKey): void {
    this.assertOpen()
    this.#overlay.set(key, undefined)
  }

  /** Ends the transaction. */
  finish(): void {
    this.#isOpen = false
  }

  assertOpen(): void {
    assert(this.#isOpen, 'A transaction is used only until its body has settled.')
  }
}
