// DeleteItem: removes an item; no matter whether there was one.

import type { DeleteItemInput, DeleteItemOutput } from '../../model/operations.ts'
import { deleteAction } from '../item-action.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow } from '../output-row.ts'
import { deleteItemShape } from '../request-shapes.ts'
import { writeItem } from '../write-item.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export const deleteItem: Operation<DeleteItemInput> = { shape: deleteItemShape, run }

function run(
  services: EngineServices,
  input: DeleteItemInput,
  context: RequestContext,
): Promise<DeleteItemOutput<OutputRow>> {
  return writeItem(services, deleteAction(input), ({ previous }) =>
    input.ReturnValues === 'ALL_OLD' ? previous && outputRow(previous, context) : undefined,
  )
}
