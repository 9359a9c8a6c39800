// Runs one action on one item as a request of its own: PutItem, UpdateItem, DeleteItem.

import { after } from '../base/maybe-promise.ts'
import type { WriteItemOutput } from '../model/operations.ts'
import { tallyFor } from './capacity.ts'
import {
  type ActionEffect,
  applyAction,
  decideAction,
  type DeleteAction,
  locateAction,
  type PutAction,
  touchedItem,
  type UpdateAction,
} from './item-action.ts'
import type { EngineServices } from './operation.ts'
import type { OutputRow } from './output-row.ts'
import { openTableWriter } from './table-writer.ts'
import { userWrite } from './write-cause.ts'
import { writeOutput } from './write-output.ts'

type WriteAction = PutAction | UpdateAction | DeleteAction

/**
 * Writes an item.
 *
 * @param attributesOf what ReturnValues asks for of what the action made of the item
 */
export function writeItem(
  { store, catalog, clock }: EngineServices,
  action: WriteAction,
  attributesOf: (effect: ActionEffect) => OutputRow | undefined,
): Promise<WriteItemOutput<OutputRow>> {
  const { input } = action
  const cause = userWrite(clock)
  return store.write((transaction) =>
    after(openTableWriter(catalog, transaction, input.TableName, cause), (writer) => {
      const located = locateAction(writer, action)
      return after(writer.read(located.key), (previous) => {
        const effect = decideAction(writer, action, located, previous)
        const tally = tallyFor(input.ReturnConsumedCapacity, input.TableName)
        applyAction(writer, action, effect, tally)
        const item = touchedItem(action, effect)
        const attributes = attributesOf(effect)
        return after(writer.finish(), () => writeOutput(input, { writer, tally, item, attributes }))
      })
    }),
  )
}
