// All conformance scripts, for whoever records them.

import type { Script } from '../../support/conformance-script.ts'
import { batchGetItemScript } from './batch-get-item.ts'
import { batchWriteItemScript } from './batch-write-item.ts'
import { createTableScript } from './create-table.ts'
import { deleteItemScript } from './delete-item.ts'
import { deleteTableScript } from './delete-table.ts'
import { describeTableScript } from './describe-table.ts'
import { getItemScript } from './get-item.ts'
import { listTablesScript } from './list-tables.ts'
import { putItemScript } from './put-item.ts'
import { queryScript } from './query.ts'
import { scanScript } from './scan.ts'
import { updateItemScript } from './update-item.ts'
import { updateTableScript } from './update-table.ts'

/** One script for each operation. */
export const SCRIPTS: readonly Script[] = [
  batchGetItemScript,
  batchWriteItemScript,
  createTableScript,
  deleteItemScript,
  deleteTableScript,
  describeTableScript,
  getItemScript,
  listTablesScript,
  putItemScript,
  queryScript,
  scanScript,
  updateItemScript,
  updateTableScript,
]
