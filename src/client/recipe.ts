// `table.update(key, draft => …)`: reads an item, lets the recipe change a draft of it, and writes what has changed on the
// condition that all that the recipe has looked at is still as it was. Whoever loses a race reads and tries again.

import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { WriteItemOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import { type FinishedDraft, openDraft } from './draft.ts'
import { addDraft, isSameItem, itemId, type ItemPlace, readItem, untilFirst } from './draft-update.ts'
import { isNoChange } from './item-changes.ts'
import { type Condition, Request } from './request.ts'
import type { RecipeOptions } from './transaction-types.ts'

/**
 * Changes an item by a recipe.
 *
 * @returns the item after it
 * @throws ServiceException ConditionalCheckFailedException when `if` does not hold; ValidationException
 * @throws DatabaseError `RaceLost`; `InvalidOption` when the recipe looks at too many attributes
 */
export function updateByRecipe(
  place: ItemPlace,
  recipe: (draft: NativeItem) => unknown,
  options: RecipeOptions,
): Promise<NativeItem> {
  return untilFirst(place, itemId(place.tableName, place.key), async () => {
    const packed = await readItem(place)
    const { draft, finish } = openDraft({ ...place, packed })
    await recipe(draft)
    const finished = finish()
    const isWanted = packed === undefined || options.if !== undefined || !isNoChange(finished.changes())
    if (!isWanted) return { result: unpackNativeItem(packed) }
    const prepare = (): Prepared => prepareUpdate(place, finished, options.if)
    try {
      return await place.session.call(prepare, (output) => ({
        result: unpackNativeItem((output as Required<WriteItemOutput<PackedItem>>).Attributes),
      }))
    } catch (error) {
      const isRefused = error instanceof ServiceException && error.name === 'ConditionalCheckFailedException'
      // As it was when it was read: then it is the app's own condition that does not hold.
      if (!isRefused || isSameItem(await readItem(place), packed)) throw error
      return undefined
    }
  })
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
