// Queues the app's writes to replicated tables, in the batch that makes them (law 3): the intents, which items they
// touch, and what these items were before the first of them. Replication reads them (src/sync); a table that is not
// replicated pays one check of a property.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { Transaction } from '../storage/contract.ts'
import { writeBaseImage } from './base-image.ts'
import { encodeIntent, type IntentAction, type IntentKind, intentRequest } from './intent.ts'
import { baseImageKey, intentKey, touchKey } from './keyspace.ts'
import { nextReading, readOutboxState, writeOutboxState } from './outbox-state.ts'
import type { TableSchema } from './table-schema.ts'
import type { WriteCause } from './write-cause.ts'

/** One action of a request, as it was asked for. */
export interface RequestedAction {
  readonly kind: IntentKind
  readonly input: { readonly TableName: string }
}

interface NotedAction {
  readonly action: IntentAction
  readonly previous: PackedItem | undefined
}

interface OutboxParts {
  readonly transaction: Transaction
  readonly cause: WriteCause
  readonly table: TableSchema
  /** Of the engine (see Catalog.writerTag). */
  readonly tag: number
}

const NOTHING = new Uint8Array(0)

/** Notes the writes of one TableWriter, then queues them. */
export class OutboxWriter {
  readonly #parts: OutboxParts
  /** Items whose base image is kept already. */
  readonly #kept = new Set<ByteKey>()
  #noted: NotedAction[] = []

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** To be called, and waited for, before an item is changed. */
  prepare(key: ByteKey): MaybePromise<void> {
    if (this.#kept.has(key)) return undefined
    return after(this.#parts.transaction.get(baseImageKey(key)), (row) => {
      if (row !== undefined) this.#kept.add(key)
    })
  }

  /** Notes what was done to an item, or checked of it. */
  note(key: ByteKey, previous: PackedItem | undefined, { kind, input }: RequestedAction): void {
    const { name, record } = this.#parts.table
    this.#noted.push({ action: { kind, request: intentRequest(input, name), tableId: record.tableId, key }, previous })
  }

  /** Queues what was noted, each action as an intent of its own. */
  queueEach(): MaybePromise<void> {
    const noted = this.#take()
    return queue(
      this.#parts,
      noted.map((one) => ({ noted: [one], kept: this.#kept })),
    )
  }

  /** Queues what writers of one transaction have noted as one intent, in the order of the request. */
  static queueTogether(
    writers: readonly OutboxWriter[],
    inOrder: (action: IntentAction) => number,
  ): MaybePromise<void> {
    const [first] = writers
    if (first === undefined) return undefined
    const kept = new Set(writers.flatMap((writer) => [...writer.#kept]))
    const noted = writers.flatMap((writer) => writer.#take())
    noted.sort((one, other) => inOrder(one.action) - inOrder(other.action))
    // Nothing but checks changes nothing anywhere.
    const changes = noted.some(({ action }) => action.kind !== 'ConditionCheck')
    return changes ? queue(first.#parts, [{ noted, kept }]) : undefined
  }

  #take(): NotedAction[] {
    const noted = this.#noted
    this.#noted = []
    return noted
  }
}

interface Group {
  readonly noted: readonly NotedAction[]
  readonly kept: Set<ByteKey>
}

function queue({ transaction, cause, tag }: OutboxParts, groups: readonly Group[]): MaybePromise<void> {
  if (groups.length === 0) return undefined
  assert(cause.origin === 'user', 'Only what the app writes is queued.')
  return after(readOutboxState(transaction), (state) => {
    let next = state
    for (const { noted, kept } of groups) {
      const clock = nextReading(next, cause.atMs)
      const order = next.nextOrder
      transaction.put(intentKey(order), encodeIntent({ clock, tag, actions: noted.map(({ action }) => action) }))
      for (const { action, previous } of noted) {
        transaction.put(touchKey(action.key, order), NOTHING)
        if (!kept.has(action.key)) writeBaseImage(transaction, action.key, previous)
        kept.add(action.key)
      }
      next = { ...next, nextOrder: order + 1, clock }
    }
    writeOutboxState(transaction, next)
  })
}
