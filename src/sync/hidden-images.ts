// Items that others move from one scope to another. Each log tells of its own scope alone: that the item is in it, or is
// not (any more). Whoever has read one log further than another may know the item in two scopes at once: one of its images
// is shown, and is the base of pending writes; the others are hidden, and wait until its own log says that it has gone.

import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { forEachRow } from '../engine/for-each-row.ts'
import { decodeJsonRow, encodeJsonRow } from '../engine/json-row.ts'
import { itemPrefix, prefixRange, replicationKey } from '../engine/keyspace.ts'
import type { TableSchema } from '../engine/table-schema.ts'
import type { Item } from '../model/attribute-value.ts'
import { encodeOrdered } from '../model/ordered-key.ts'
import type { Reader, Transaction } from '../storage/contract.ts'
import type { RemoteImage, ReplicaSession } from './replica-session.ts'
import { readCheckpoint } from './replication-rows.ts'
import { namedScope } from './scope.ts'

/** An item as a scope has it that is not the one in which it is shown. */
export interface HiddenImage {
  readonly scope: string
  readonly image: Item
  /** When others wrote it last, by the hybrid clock; undefined when nobody knows. */
  readonly clock?: number
}

/** What is told of an item, and by whom. */
export interface TellingScope {
  readonly scope: string
  /** Whether this is what the remote has now, and not what it had when an entry was written. */
  readonly isCurrent: boolean
  /** The scopes whose logs are read here. */
  readonly followed: ReadonlySet<string>
}

const HIDDEN = 'h'

/**
 * What a scope's telling makes of an item as all scopes together have it, undefined for nothing: that it left one scope
 * says nothing about another in which it is.
 */
export async function settleImage(
  session: ReplicaSession,
  remote: RemoteImage,
  { scope, isCurrent, followed }: TellingScope,
): Promise<RemoteImage | undefined> {
  const { transaction } = session
  const { table } = await session.writer(remote.table)
  const rule = table.record.replication?.scope
  if (rule?.kind !== 'attribute') return remote
  const rowKey = await session.rowKey(remote.table, remote.key)
  const shown = await session.knownImage(remote.table, remote.key)
  const shownScope = shown && namedScope(rule.attribute, shown)
  // An image that says that it is elsewhere is not in this scope.
  const image = remote.image && namedScope(rule.attribute, remote.image) === scope ? remote.image : undefined
  if (shown === undefined || shownScope === undefined || shownScope === scope) {
    return image === undefined ? nextImage(session, remote, { scope, followed }) : remote
  }
  const isTracked = (await readCheckpoint(transaction, shownScope)) !== undefined
  deleteHidden(transaction, rowKey, scope)
  if (image === undefined) return isTracked ? undefined : { ...remote, image }
  if (!isCurrent && followed.has(shownScope)) {
    writeHidden(transaction, rowKey, { scope, image, ...(Number.isFinite(remote.clock) && { clock: remote.clock }) })
    return undefined
  }
  if (isTracked) writeHidden(transaction, rowKey, { scope: shownScope, image: shown })
  return remote
}

/** The item has left the scope in which it was shown: it is where else it is known, or nowhere. */
async function nextImage(
  session: ReplicaSession,
  remote: RemoteImage,
  { scope: left, followed }: Pick<TellingScope, 'scope' | 'followed'>,
): Promise<RemoteImage> {
  const rowKey = await session.rowKey(remote.table, remote.key)
  const rows = await readHidden(session.transaction, hiddenPrefix(rowKey))
  const others = rows.map(({ hidden }) => hidden).filter(({ scope }) => scope !== left)
  const next = others.find(({ scope }) => followed.has(scope)) ?? others[0]
  if (rows.length > others.length) deleteHidden(session.transaction, rowKey, left)
  if (next === undefined) return { ...remote, image: undefined }
  deleteHidden(session.transaction, rowKey, next.scope)
  return { ...remote, image: next.image, clock: next.clock ?? Infinity }
}

/** Forgets where else an item was: what it is now is known. */
export async function forgetHidden(transaction: Transaction, rowKey: ByteKey): Promise<void> {
  await forgetWithin(transaction, hiddenPrefix(rowKey))
}

/** Forgets the hidden images of a table. */
export async function forgetHiddenOf(transaction: Transaction, tableId: number): Promise<void> {
  await forgetWithin(transaction, hiddenPrefix(itemPrefix(tableId)))
}

/** The items of a table that a scope has, and that are not shown. */
export async function hiddenImagesIn(
  reader: Reader,
  { prefix }: Pick<TableSchema, 'prefix'>,
  scope: string,
): Promise<readonly Item[]> {
  const rows = await readHidden(reader, hiddenPrefix(prefix))
  return rows.flatMap(({ hidden }) => (hidden.scope === scope ? [hidden.image] : []))
}

async function forgetWithin(transaction: Transaction, prefix: ByteKey): Promise<void> {
  for (const { key } of await readHidden(transaction, prefix)) transaction.delete(key)
}

interface HiddenRow {
  readonly key: ByteKey
  readonly hidden: HiddenImage
}

function readHidden(reader: Reader, prefix: ByteKey): MaybePromise<readonly HiddenRow[]> {
  const rows: HiddenRow[] = []
  const walk = forEachRow(
    reader.scan(prefixRange(prefix)),
    ({ key, value }) => rows.push({ key, hidden: decodeJsonRow(value) as HiddenImage }) > 0,
  )
  return after(walk, () => rows)
}

function writeHidden(transaction: Transaction, rowKey: ByteKey, hidden: HiddenImage): void {
  transaction.put(hiddenKey(rowKey, hidden.scope), encodeJsonRow(hidden))
}

function deleteHidden(transaction: Transaction, rowKey: ByteKey, scope: string): void {
  transaction.delete(hiddenKey(rowKey, scope))
}

/** Row keys of a table are no beginnings of each other. */
function hiddenKey(rowKey: ByteKey, scope: string): ByteKey {
  return hiddenPrefix(rowKey) + encodeOrdered({ S: scope })
}

function hiddenPrefix(rowKeys: ByteKey): ByteKey {
  return replicationKey(HIDDEN, rowKeys)
}
