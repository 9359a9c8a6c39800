// `table.update(key, draft => …)`: reads an item, lets the recipe change a draft of it, and writes what has changed on the
// condition that all that the recipe has looked at is still as it was. Whoever loses a race reads and tries again.

import { DatabaseError } from '../base/database-error.ts'
import { type NativeItem, packNativeItem, unpackNativeItem } from '../model/native.ts'
import type { WriteItemOutput } from '../model/operations.ts'
import { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import { type FinishedDraft, openDraft } from './draft.ts'
import {
  addDraft,
  isSameItem,
  isSayable,
  itemId,
  type ItemPlace,
  readItem,
  untilFirst,
  writeGuard,
} from './draft-update.ts'
import { isNoChange } from './item-changes.ts'
import { type Condition, Request } from './request.ts'
import type { RecipeOptions } from './transaction-types.ts'

/**
 * Changes an item by a recipe.
 *
 * @returns the item after it
 * @throws ServiceException ConditionalCheckFailedException when `if` does not hold; ValidationException
 * @throws DatabaseError `RaceLost`; `InvalidOption` when the recipe looks at too many attributes, or returns another item
 *   instead of changing its draft
 */
export function updateByRecipe(
  place: ItemPlace,
  recipe: (draft: NativeItem) => unknown,
  options: RecipeOptions,
): Promise<NativeItem> {
  return untilFirst(place, itemId(place.tableName, place.key), async () => {
    const packed = await readItem(place)
    const { draft, snapshot, finish } = openDraft({ ...place, packed })
    const returned = await recipe(draft)
    const isOther = typeof returned === 'object' && returned !== null && returned !== draft
    const finished = finish(snapshot())
    const isUnchanged = isNoChange(finished.changes())
    if (isUnchanged && isOther) {
      throw new DatabaseError('InvalidOption', 'A recipe has to change its draft: what it returns is not stored.')
    }
    if (isUnchanged && packed !== undefined && options.if === undefined) return { result: unpackNativeItem(packed) }
    try {
      return { result: await write(place, { packed, finished, condition: options.if }) }
    } catch (error) {
      const isRefused = error instanceof ServiceException && error.name === 'ConditionalCheckFailedException'
      // The app's own condition does not hold if the item is as it was when it was read.
      const isOwn = options.if !== undefined && isRefused && isSameItem(await readItem(place), packed)
      if (!isRefused || isOwn) throw error
      return undefined
    }
  })
}

/** What a recipe has done, on what condition. */
interface RecipeWrite {
  readonly packed: PackedItem | undefined
  readonly finished: FinishedDraft
  readonly condition: Condition | undefined
}

/** Writes what a recipe has done: an update, or a put of a new item of which an update would be too long. */
function write(place: ItemPlace, recipeWrite: RecipeWrite): Promise<NativeItem> {
  const { session, tableName } = place
  const { packed, finished } = recipeWrite
  if (packed !== undefined || isSayable(finished.changes())) {
    return session.call(
      () => prepareUpdate(place, recipeWrite),
      (output) => unpackNativeItem((output as Required<WriteItemOutput<PackedItem>>).Attributes),
    )
  }
  const prepare = (): Prepared =>
    new Request('PutItem', tableName, session.dictionary)
      .item('Item', finished.after)
      .expression('ConditionExpression', (writer) => writeGuard(writer, finished.guard, guarded(place, recipeWrite)))
      .finish()
  return session.call(prepare, () => {
    const { dictionary } = session
    return unpackNativeItem(new PackedItem(packNativeItem(finished.after, dictionary), dictionary))
  })
}

function prepareUpdate(place: ItemPlace, recipeWrite: RecipeWrite): Prepared {
  const { session, tableName, key } = place
  const request = new Request('UpdateItem', tableName, session.dictionary).item('Key', key)
  return addDraft(request, recipeWrite.finished, guarded(place, recipeWrite)).set('ReturnValues', 'ALL_NEW').finish()
}

function guarded(
  { keyNames }: ItemPlace,
  { condition }: RecipeWrite,
): { readonly if: Condition | undefined; readonly partitionName: string } {
  return { if: condition, partitionName: keyNames[0] as string }
}
