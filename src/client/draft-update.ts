// What recipes and transactions have in common: reading an item, and writing what has become of its draft on the condition
// that it is still as it was read.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import type { Clock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { type NativeItem, packNativeItem } from '../model/native.ts'
import type { GetItemOutput } from '../model/operations.ts'
import { createDictionary, type PackedItem } from '../model/packed-item.ts'
import type { Session } from '../rpc/session.ts'
import type { FinishedDraft } from './draft.ts'
import { attribute, ExpressionWriter, type TemplateExpression } from './expression.ts'
import type { ItemChanges, ItemPath } from './item-changes.ts'
import { type Condition, Request, writeCondition } from './request.ts'
import { takeTurn } from './turns.ts'
import { clause } from './update-expression.ts'

/** How often a recipe is run. Of those that race somebody always wins, so that this many must have been first. */
const MAX_RECIPE_RUNS = 100

/** UTF-8 bytes of an update that says of every place what has become of it, and how many places. */
const MAX_FINE_UPDATE_SIZE_BYTES = 4096
const MAX_FINE_CHANGES = 100

/** What recipes work with. */
export interface RecipeContext {
  readonly session: Session
  readonly clock: Clock
}

/** One item of one table. */
export interface ItemPlace extends RecipeContext {
  readonly tableName: string
  /** The partition key's, and the sort key's if there is one. */
  readonly keyNames: readonly string[]
  readonly key: NativeItem
}

/** A name for an item that no other has. */
export function itemId(tableName: string, key: NativeItem): string {
  return `${tableName} ${byteKeyFromBytes(packNativeItem(key, createDictionary()))}`
}

/**
 * Makes attempts until one is first: one at once, the others in turns with those of this page that are at the same thing.
 *
 * @param attempt undefined when others were first
 * @throws DatabaseError `RaceLost` when others were always first
 */
export async function untilFirst<T>(
  { session, clock }: RecipeContext,
  thing: string,
  attempt: () => Promise<{ readonly result: T } | undefined>,
): Promise<T> {
  let done = await attempt()
  if (done !== undefined) return done.result
  const endTurn = await takeTurn(session, thing, clock)
  try {
    for (let run = 1; run < MAX_RECIPE_RUNS; run++) {
      done = await attempt()
      if (done !== undefined) return done.result
    }
  } finally {
    endTurn()
  }
  const message = `Others were first ${MAX_RECIPE_RUNS} times.`
  throw new DatabaseError('RaceLost', message, { data: { runs: MAX_RECIPE_RUNS } })
}

/** The item as it is now; undefined when there is none. */
export function readItem({ session, tableName, key }: ItemPlace): Promise<PackedItem | undefined> {
  return session.call(
    () => new Request('GetItem', tableName, session.dictionary).item('Key', key).set('ConsistentRead', true).finish(),
    (output) => (output as GetItemOutput<PackedItem>).Item,
  )
}

/** Whether an item is as it was. */
export function isSameItem(one: PackedItem | undefined, other: PackedItem | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.bytes.length === other.bytes.length && one.bytes.every((byte, at) => byte === other.bytes[at])
}

/** Adds to a request what a recipe has changed, and on what condition. */
export function addDraft(
  request: Request,
  finished: FinishedDraft,
  condition: { readonly if: Condition | undefined; readonly partitionName: string },
): Request {
  return request
    .expression('UpdateExpression', (writer) => writeChanges(writer, changesOf(finished)))
    .expression('ConditionExpression', (writer) => writeGuard(writer, finished.guard, condition))
}

/** The text of a guard, and of another condition that has to hold as well. */
export function writeGuard(
  writer: ExpressionWriter,
  guard: TemplateExpression,
  { if: condition, partitionName }: { readonly if: Condition | undefined; readonly partitionName: string },
): string {
  const text = writer.expression(guard)
  return condition === undefined ? text : `${text} AND (${writeCondition(writer, condition, partitionName)})`
}

/** Whether changes can be said place by place: that does not take too many words. */
export function isSayable(changes: ItemChanges): boolean {
  const { set, remove, add, delete: takeOut } = changes
  if (set.length + remove.length + add.length + takeOut.length > MAX_FINE_CHANGES) return false
  return writeChanges(new ExpressionWriter(), changes).length <= MAX_FINE_UPDATE_SIZE_BYTES
}

/** Place by place, or by whole attributes. */
function changesOf(finished: FinishedDraft): ItemChanges {
  const fine = finished.changes()
  return isSayable(fine) ? fine : finished.changes(true)
}

function writeChanges(writer: ExpressionWriter, { set, remove, add, delete: takeOut }: ItemChanges): string {
  const place = (path: ItemPath): string => writer.operand(attribute(...path))
  const assignments = (changes: ItemChanges['set'], sign: string): readonly string[] =>
    changes.map(({ path, value }) => `${place(path)}${sign}${writer.operand(value)}`)
  return [
    clause('SET', assignments(set, ' = ')),
    clause('REMOVE', remove.map(place)),
    clause('ADD', assignments(add, ' ')),
    clause('DELETE', assignments(takeOut, ' ')),
  ].join('')
}
