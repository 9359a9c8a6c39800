// Work that goes on in the background after a request was answered. Each duty is one row of the catalog, written in the
// batch that causes it and moved on in the batch of each step, so that a closed tab loses nothing and any tab goes on.

import type { ByteKey } from '../base/byte-key.ts'
import { decodeText, encodeText } from '../base/utf8.ts'

/** To remove all rows of a deleted table. */
export interface DropTableDuty {
  readonly kind: 'drop-table'
  readonly tableId: number
  /** The table's streams need it, and remove it in their time. */
  readonly keepsDictionary: boolean
}

/** To add a table's items to a new index. Items up to `doneUpTo` are in it, and writes to them keep it current. */
export interface FillIndexDuty {
  readonly kind: 'fill-index'
  readonly tableName: string
  readonly tableId: number
  readonly indexId: number
  /** Key of the item row that was added last; empty before the first. */
  readonly doneUpTo: ByteKey
}

/** To remove all rows of a deleted index, then its name. */
export interface DropIndexDuty {
  readonly kind: 'drop-index'
  readonly tableName: string
  readonly tableId: number
  readonly indexId: number
}

/** To add a table's items to a new expiry index. Items up to `doneUpTo` are in it, and so are those written since. */
export interface FillExpiryDuty {
  readonly kind: 'fill-expiry'
  readonly tableName: string
  readonly tableId: number
  readonly indexId: number
  /** Key of the item row that was looked at last; empty before the first. */
  readonly doneUpTo: ByteKey
}

/** To remove all rows of an expiry index that its table no longer uses. */
export interface DropExpiryDuty {
  readonly kind: 'drop-expiry'
  readonly tableId: number
  readonly indexId: number
}

/** Any work of the background. */
export type Duty = DropTableDuty | FillIndexDuty | DropIndexDuty | FillExpiryDuty | DropExpiryDuty

/** The row of a duty. */
export function encodeDuty(duty: Duty): Uint8Array {
  return encodeText(JSON.stringify(duty))
}

/** The duty of a row. */
export function decodeDuty(row: Uint8Array): Duty {
  return JSON.parse(decodeText(row, 0, row.length)) as Duty
}
