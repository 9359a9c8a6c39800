// UpdateTable. Settings change at once; an index is filled or cleared in the background, and meanwhile the table is
// UPDATING.

import { after } from '../../base/maybe-promise.ts'
import type { UpdateTableInput, UpdateTableOutput } from '../../model/operations.ts'
import { encodeDuty } from '../duty.ts'
import { indexDutyKey } from '../keyspace.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { updateTableShape } from '../request-shapes.ts'
import { readTableDescription } from '../table-description.ts'
import { changeStream, streamUpdate } from '../table-stream.ts'
import { checkTableUpdate, decideTableUpdate } from '../table-update.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html */
export const updateTable: Operation<UpdateTableInput> = { shape: updateTableShape, run }

async function run(services: EngineServices, input: UpdateTableInput): Promise<UpdateTableOutput> {
  const { store, catalog, arnScope } = services
  checkTableUpdate(input, arnScope)
  const nowMs = services.clock.now()
  const shardNumber = services.random.uint32()
  const output = await store.write((transaction) =>
    after(catalog.requireNamed(transaction, input.TableName), (table) => {
      const update = streamUpdate(table.record, input)
      const { record: settled, duty } = decideTableUpdate(table.record, input, nowMs)
      if (duty !== undefined) transaction.put(indexDutyKey(duty.tableId, duty.indexId), encodeDuty(duty))
      return after(changeStream(transaction, settled, update, { nowMs, shardNumber }), (record) => {
        catalog.save(transaction, record)
        return after(readTableDescription(transaction, record, { arnScope, nowMs }), (TableDescription) => ({
          TableDescription,
        }))
      })
    }),
  )
  services.wakeBackground()
  return output
}
