// CreateTable. The table can be used when the call resolves, so its status is ACTIVE from the start.

import { after } from '../../base/maybe-promise.ts'
import { randomUuid } from '../../base/random.ts'
import type { CreateTableInput, CreateTableOutput } from '../../model/operations.ts'
import { ServiceException } from '../../model/service-exception.ts'
import { tableNameOf } from '../arn.ts'
import { NEXT_TABLE_ID_KEY } from '../keyspace.ts'
import { checkNewTable, newTableRecord } from '../new-table.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { createTableShape } from '../request-shapes.ts'
import { decodeNextTableId, encodeNextTableId } from '../next-table-id.ts'
import { TableCounters } from '../table-counters.ts'
import { describeTable } from '../table-description.ts'
import { newTableStream, openStream } from '../table-stream.ts'
import { checkTags, saveTags } from '../tags.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export const createTable: Operation<CreateTableInput> = { shape: createTableShape, run }

function run(services: EngineServices, input: CreateTableInput): Promise<CreateTableOutput> {
  const { store, catalog, arnScope } = services
  checkNewTable(input, arnScope)
  checkTags(input.Tags ?? [])
  const viewType = newTableStream(input)
  const uuid = randomUuid(services.random)
  const nowMs = services.clock.now()
  const shardNumber = services.random.uint32()
  return store.write((transaction) =>
    after(catalog.find(transaction, input.TableName), (existing) => {
      if (existing !== undefined) {
        throw new ServiceException('ResourceInUseException', `Table already exists: ${tableNameOf(input.TableName)}`)
      }
      return after(transaction.get(NEXT_TABLE_ID_KEY), (row) => {
        const tableId = decodeNextTableId(row)
        const bare = newTableRecord(input, { tableId, uuid, nowMs })
        transaction.put(NEXT_TABLE_ID_KEY, encodeNextTableId(tableId + 1))
        const opened = viewType === undefined ? bare : openStream(transaction, bare, viewType, { nowMs, shardNumber })
        return after(opened, (record) => {
          catalog.save(transaction, record)
          if (input.Tags !== undefined) saveTags(transaction, tableId, input.Tags)
          const counters = new TableCounters(undefined)
          return { TableDescription: describeTable(record, { counters, arnScope, nowMs }) }
        })
      })
    }),
  )
}
