// All conformance scripts, for whoever records them.

import type { Script } from '../../support/conformance-script.ts'
import { attributeUpdatesScript } from './attribute-updates.ts'
import { batchGetItemScript } from './batch-get-item.ts'
import { batchWriteItemScript } from './batch-write-item.ts'
import { capacityScript } from './capacity.ts'
import { createTableScript } from './create-table.ts'
import { deleteItemScript } from './delete-item.ts'
import { deleteTableScript } from './delete-table.ts'
import { describeTableScript } from './describe-table.ts'
import { expectedScript } from './expected.ts'
import { getItemScript } from './get-item.ts'
import { keyConditionsScript } from './key-conditions.ts'
import { listTablesScript } from './list-tables.ts'
import { partiqlBatchScript } from './partiql-batch.ts'
import { partiqlRequestsScript } from './partiql-requests.ts'
import { partiqlSelectScript } from './partiql-select.ts'
import { partiqlTransactionScript } from './partiql-transaction.ts'
import { partiqlWriteScript } from './partiql-write.ts'
import { putItemScript } from './put-item.ts'
import { queryScript } from './query.ts'
import { scanFilterScript } from './scan-filter.ts'
import { scanScript } from './scan.ts'
import { serviceScript } from './service.ts'
import { streamsScript } from './streams.ts'
import { tagsScript } from './tags.ts'
import { timeToLiveScript } from './time-to-live.ts'
import { transactGetItemsScript } from './transact-get-items.ts'
import { transactWriteItemsScript } from './transact-write-items.ts'
import { updateItemScript } from './update-item.ts'
import { updateTableScript } from './update-table.ts'

/** One script for each operation, for each of the parameters of before there were expressions, and for units. */
export const SCRIPTS: readonly Script[] = [
  attributeUpdatesScript,
  batchGetItemScript,
  batchWriteItemScript,
  capacityScript,
  createTableScript,
  deleteItemScript,
  deleteTableScript,
  describeTableScript,
  expectedScript,
  getItemScript,
  keyConditionsScript,
  listTablesScript,
  partiqlBatchScript,
  partiqlRequestsScript,
  partiqlSelectScript,
  partiqlTransactionScript,
  partiqlWriteScript,
  putItemScript,
  queryScript,
  scanFilterScript,
  scanScript,
  serviceScript,
  streamsScript,
  tagsScript,
  timeToLiveScript,
  transactGetItemsScript,
  transactWriteItemsScript,
  updateItemScript,
  updateTableScript,
]
