// `table.update(key, draft => …)`: reads an item, lets the recipe change a draft of it, and writes what has changed on the
// condition that all that the recipe has looked at is still as it was. Whoever loses a race reads and tries again.

import { DatabaseError } from '../base/database-error.ts'
import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { GetItemOutput, WriteItemOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import type { Session } from '../rpc/session.ts'
import { type FinishedDraft, openDraft } from './draft.ts'
import { attribute, ExpressionWriter, type TemplateExpression } from './expression.ts'
import { isNoChange, type ItemChanges, type ItemPath } from './item-changes.ts'
import { type Condition, Request, writeCondition } from './request.ts'
import type { RecipeOptions } from './transaction-types.ts'
import { clause } from './update-expression.ts'

/** How often a recipe is run. Of those that race somebody always wins, so that this many must have been first. */
export const MAX_RECIPE_RUNS = 100

/** UTF-8 bytes of an update that says of every place what has become of it, and how many places. */
const MAX_FINE_UPDATE_SIZE_BYTES = 4096
const MAX_FINE_CHANGES = 100

/** One item of one table. */
export interface ItemPlace {
  readonly session: Session
  readonly tableName: string
  /** The partition key's, and the sort key's if there is one. */
  readonly keyNames: readonly string[]
  readonly key: NativeItem
}

/**
 * Changes an item by a recipe.
 *
 * @returns the item after it
 * @throws ServiceException ConditionalCheckFailedException when `if` does not hold; ValidationException
 * @throws DatabaseError `RaceLost`; `InvalidOption` when the recipe looks at too many attributes
 */
export async function updateByRecipe(
  place: ItemPlace,
  recipe: (draft: NativeItem) => unknown,
  options: RecipeOptions,
): Promise<NativeItem> {
  let packed = await readItem(place)
  for (let run = 0; run < MAX_RECIPE_RUNS; run++) {
    const { draft, finish } = openDraft({ ...place, packed })
    await recipe(draft)
    const finished = finish()
    const isWanted = packed === undefined || options.if !== undefined || !isNoChange(finished.changes())
    if (!isWanted) return unpackNativeItem(packed as PackedItem)
    const prepare = (): Prepared => prepareUpdate(place, finished, options.if)
    try {
      return await place.session.call(prepare, (output) =>
        unpackNativeItem((output as Required<WriteItemOutput<PackedItem>>).Attributes),
      )
    } catch (error) {
      if (!(error instanceof ServiceException && error.name === 'ConditionalCheckFailedException')) throw error
      const found = await readItem(place)
      if (isSameItem(found, packed)) throw error
      packed = found
    }
  }
  throw raceLost()
}

/** What is thrown when others were always first. */
export function raceLost(): DatabaseError {
  return new DatabaseError('RaceLost', `Others were first ${MAX_RECIPE_RUNS} times.`, {
    data: { runs: MAX_RECIPE_RUNS },
  })
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

function prepareUpdate(
  { session, tableName, keyNames, key }: ItemPlace,
  finished: FinishedDraft,
  condition: Condition | undefined,
): Prepared {
  const request = new Request('UpdateItem', tableName, session.dictionary).item('Key', key)
  return addDraft(request, finished, { if: condition, partitionName: keyNames[0] as string })
    .set('ReturnValues', 'ALL_NEW')
    .finish()
}

/** Place by place, or, where that takes too many words, by whole attributes. */
function changesOf(finished: FinishedDraft): ItemChanges {
  const fine = finished.changes()
  const { set, remove, add, delete: takeOut } = fine
  if (set.length + remove.length + add.length + takeOut.length > MAX_FINE_CHANGES) return finished.changes(true)
  const text = writeChanges(new ExpressionWriter(), fine)
  return text.length > MAX_FINE_UPDATE_SIZE_BYTES ? finished.changes(true) : fine
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
