// `table.update(key, draft => …)`: reads an item, lets the recipe change a draft of it, and writes what has changed on the
// condition that all that the recipe has looked at is still as it was. Whoever loses a race reads and tries again.

import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { WriteItemOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import { type FinishedDraft, openDraft } from './draft.ts'
import { addDraft, isSameItem, type ItemPlace, MAX_RECIPE_RUNS, raceLost, readItem } from './draft-update.ts'
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
