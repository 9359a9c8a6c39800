// Any number of puts, deletes or gets in one call of the page: cut into the batches that the API allows, all of them
// under way at once so that they share commits. What comes back unprocessed is sent again after a growing pause.

import { assert } from '../src/base/assert.ts'
import { byteKeyFromBytes } from '../src/base/byte-key.ts'
import { ByteWriter } from '../src/base/byte-writer.ts'
import { type Clock, sleep } from '../src/base/clock.ts'
import { DatabaseError } from '../src/base/database-error.ts'
import type { Random } from '../src/base/random.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { Item } from '../src/model/attribute-value.ts'
import { MAX_BATCH_GET_ITEMS, MAX_BATCH_WRITE_ITEMS } from '../src/model/limits.ts'
import type { BatchGetItemOutput, BatchWriteItemOutput, WriteRequest } from '../src/model/operations.ts'
import { PackedItem } from '../src/model/packed-item.ts'
import { writeValue } from '../src/model/packed-value.ts'
import type { BulkInput, BulkOutput } from '../src/rpc/protocol.ts'

/** Times that unprocessed items are sent again before the call fails. */
const MAX_RETRIES = 8
/** The first pause is up to this long; each further one up to twice as long. */
const FIRST_BACKOFF_MS = 50

/** What bulk operations work with. */
export interface BulkContext {
  readonly engine: Engine
  readonly clock: Clock
  readonly random: Random
}

/** Rows by the text of their keys. */
type Batch = ReadonlyMap<string, PackedItem>

/** A row as the page has packed it, or as the engine names it in an answer. */
type Row = PackedItem | Item

/** Runs one request and returns what is unprocessed. */
type RunBatch = (batch: Batch) => Promise<readonly Row[] | undefined>

/**
 * Puts or deletes. Of two with the same key the later one counts.
 *
 * @throws DatabaseError `StorageOverloaded` when some are still unprocessed after MAX_RETRIES; what the engine throws
 */
export async function writeMany(context: BulkContext, kind: 'put' | 'delete', input: BulkInput): Promise<void> {
  const { tableName } = input
  const requestOf = (item: PackedItem): WriteRequest =>
    kind === 'put' ? { PutRequest: { Item: item } } : { DeleteRequest: { Key: item } }
  const rows = byKey(input, input.items)
  await forEachBatch(context, input, { rows, batchItems: MAX_BATCH_WRITE_ITEMS }, async (batch) => {
    const RequestItems = { [tableName]: Array.from(batch.values(), requestOf) }
    const output = (await context.engine.dispatch('BatchWriteItem', { RequestItems })) as BatchWriteItemOutput
    return output.UnprocessedItems[tableName]?.map(rowOf)
  })
}

/**
 * Gets.
 *
 * @returns the rows in the order of their keys, null where there is none
 * @throws DatabaseError `StorageOverloaded` when some are still unprocessed after MAX_RETRIES; what the engine throws
 */
export async function getMany(context: BulkContext, input: BulkInput): Promise<BulkOutput> {
  const { tableName, isConsistent = false } = input
  const rows = byKey(input, input.items)
  const found = new Map<string, PackedItem>()
  await forEachBatch(context, input, { rows, batchItems: MAX_BATCH_GET_ITEMS }, async (batch) => {
    const RequestItems = { [tableName]: { Keys: [...batch.values()], ConsistentRead: isConsistent } }
    const output = (await context.engine.dispatch(
      'BatchGetItem',
      { RequestItems },
      { rows: 'packed' },
    )) as BatchGetItemOutput<PackedItem>
    for (const row of output.Responses[tableName] ?? []) found.set(keyText(input, row), row)
    return output.UnprocessedKeys[tableName]?.Keys
  })
  return { items: input.items.map((key) => found.get(keyText(input, key)) ?? null) }
}

function rowOf({ PutRequest, DeleteRequest }: WriteRequest): Row {
  const row = PutRequest?.Item ?? DeleteRequest?.Key
  assert(row !== undefined, 'A write request puts or deletes.')
  return row
}

/** Runs all batches side by side; each goes on until nothing of it is unprocessed. */
async function forEachBatch(
  context: BulkContext,
  input: BulkInput,
  { rows, batchItems }: { readonly rows: Batch; readonly batchItems: number },
  run: RunBatch,
): Promise<void> {
  const entries = [...rows]
  const batches: Batch[] = []
  for (let at = 0; at < entries.length; at += batchItems) batches.push(new Map(entries.slice(at, at + batchItems)))
  const results = await Promise.allSettled(batches.map((batch) => untilProcessed(context, input, batch, run)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

async function untilProcessed(
  { clock, random }: BulkContext,
  input: BulkInput,
  batch: Batch,
  run: RunBatch,
): Promise<void> {
  let left = batch
  for (let retries = 0; ; retries++) {
    const unprocessed = (await run(left)) ?? []
    if (unprocessed.length === 0) return
    left = new Map(unprocessed.map((row) => entryOf(input, batch, row)))
    if (retries === MAX_RETRIES) throw unprocessedError(input.tableName, left.size)
    const longestMs = FIRST_BACKOFF_MS * 2 ** retries
    await sleep(clock, random.uint32() % longestMs)
  }
}

/** The row of a batch that the engine names as unprocessed. */
function entryOf(input: BulkInput, batch: Batch, unprocessed: Row): readonly [keyText: string, row: PackedItem] {
  const text = keyText(input, unprocessed)
  const row = batch.get(text)
  assert(row !== undefined, 'What is unprocessed was asked for.')
  return [text, row]
}

function unprocessedError(tableName: string, count: number): DatabaseError {
  const message = `${count} items of a batch are still unprocessed after ${MAX_RETRIES} retries.`
  return new DatabaseError('StorageOverloaded', message, { data: { tableName, count } })
}

function byKey(input: BulkInput, rows: readonly PackedItem[]): Batch {
  return new Map(rows.map((row) => [keyText(input, row), row]))
}

/** The same text for the same key: packed values are canonical, so that 1 and 1.0 are the same here too. */
function keyText({ keyNames }: BulkInput, row: Row): string {
  let text = ''
  for (const name of keyNames) text += packedText(row, name)
  return text
}

function packedText(row: Row, name: string): string {
  if (row instanceof PackedItem) {
    const index = row.indexOf(name)
    // What lacks a key attribute is refused by the engine.
    return index === -1 ? '' : byteKeyFromBytes(row.valueBytes(index))
  }
  const value = row[name]
  if (value === undefined) return ''
  const writer = new ByteWriter()
  writeValue(writer, value)
  return byteKeyFromBytes(writer.take())
}
