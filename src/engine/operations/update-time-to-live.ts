// UpdateTimeToLive. What is written from now on is in the table's expiry index; the items that are there already are added
// to it in the background, and meanwhile time to live is ENABLING.

import { after } from '../../base/maybe-promise.ts'
import type { UpdateTimeToLiveInput, UpdateTimeToLiveOutput } from '../../model/operations.ts'
import { encodeDuty } from '../duty.ts'
import { countersKey, indexDutyKey } from '../keyspace.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { updateTimeToLiveShape } from '../request-shapes.ts'
import { TableCounters } from '../table-counters.ts'
import { decideTimeToLive } from '../time-to-live.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html */
export const updateTimeToLive: Operation<UpdateTimeToLiveInput> = { shape: updateTimeToLiveShape, run }

async function run(services: EngineServices, input: UpdateTimeToLiveInput): Promise<UpdateTimeToLiveOutput> {
  const { store, catalog } = services
  const { Enabled, AttributeName } = input.TimeToLiveSpecification
  const nowMs = services.clock.now()
  await store.write((transaction) =>
    after(catalog.requireNamed(transaction, input.TableName), (table) =>
      after(transaction.get(countersKey(table.record.tableId)), (row) => {
        const hasItems = new TableCounters(row).table.itemCount > 0
        const { record, duty } = decideTimeToLive(table.record, input.TimeToLiveSpecification, { nowMs, hasItems })
        catalog.save(transaction, record)
        if (duty !== undefined) transaction.put(indexDutyKey(duty.tableId, duty.indexId), encodeDuty(duty))
      }),
    ),
  )
  services.wakeBackground()
  return { TimeToLiveSpecification: { Enabled, AttributeName } }
}
