// DeleteTable. The table is gone when the call resolves; its rows are cleared in the background.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { DeleteTableInput, DeleteTableOutput } from '../../model/operations.ts'
import { ServiceException, validationException } from '../../model/service-exception.ts'
import type { Transaction } from '../../storage/contract.ts'
import { encodeDuty } from '../duty.ts'
import { dropTableDutyKey, tableRecordKey } from '../keyspace.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { deleteTableShape } from '../request-shapes.ts'
import { streamsOfTable } from '../stored-stream.ts'
import { readTableDescription, tableStatus } from '../table-description.ts'
import type { TableRecord } from '../table-record.ts'
import { closeStream } from '../table-stream.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html */
export const deleteTable: Operation<DeleteTableInput> = { shape: deleteTableShape, run }

async function run(services: EngineServices, input: DeleteTableInput): Promise<DeleteTableOutput> {
  const { store, catalog, arnScope } = services
  const nowMs = services.clock.now()
  const output = await store.write((transaction) =>
    after(catalog.requireNamed(transaction, input.TableName), ({ record }) => {
      checkDeletable(record)
      return after(readTableDescription(transaction, record, { arnScope, nowMs }), (description) => {
        const { tableId } = record
        transaction.delete(tableRecordKey(record.name))
        return after(leaveStreams(transaction, record, nowMs), (keepsDictionary) => {
          transaction.put(dropTableDutyKey(tableId), encodeDuty({ kind: 'drop-table', tableId, keepsDictionary }))
          return { TableDescription: { ...description, TableStatus: 'DELETING' as const } }
        })
      })
    }),
  )
  services.wakeBackground()
  return output
}

/** Streams can be read for another 24 hours. Answers whether there are any, whose records need the table's dictionary. */
function leaveStreams(transaction: Transaction, record: TableRecord, nowMs: number): MaybePromise<boolean> {
  if (record.stream === undefined) return false
  return after(closeStream(transaction, record, nowMs), () =>
    after(streamsOfTable(transaction, record.name), (streams) =>
      streams.some(({ tableId }) => tableId === record.tableId),
    ),
  )
}

function checkDeletable(record: TableRecord): void {
  if (record.isDeletionProtected) {
    throw validationException(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    )
  }
  if (record.replication !== undefined) {
    throw new ServiceException(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is replicated: ${record.name}`,
    )
  }
  if (tableStatus(record) !== 'ACTIVE') {
    throw new ServiceException(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is being updated: ${record.name}`,
    )
  }
}
