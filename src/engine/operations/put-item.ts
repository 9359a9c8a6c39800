// PutItem: sets a whole item, whether there was one or not.

import type { PutItemInput, PutItemOutput } from '../../model/operations.ts'
import { putAction } from '../item-action.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow } from '../output-row.ts'
import { putItemShape } from '../request-shapes.ts'
import { writeItem } from '../write-item.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export const putItem: Operation<PutItemInput> = { shape: putItemShape, run }

function run(
  services: EngineServices,
  input: PutItemInput,
  context: RequestContext,
): Promise<PutItemOutput<OutputRow>> {
  return writeItem(services, putAction(input), ({ previous }) =>
    input.ReturnValues === 'ALL_OLD' ? previous && outputRow(previous, context) : undefined,
  )
}
