// The rows of the companion table: heads, log entries and clients, as PROTOCOL.md lays them out.

import { assert } from '../base/assert.ts'
import { ByteReader } from '../base/byte-reader.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeMap, AttributeValue, Item, Key } from '../model/attribute-value.ts'
import { itemSizeBytes } from '../model/item-size.ts'
import { MAX_NESTING_DEPTH } from '../model/limits.ts'
import { canonicalItem } from '../model/validate-item.ts'
import type { ClientState, IntentId, ItemChange, LogEntry, Push, PushedItem, ScopeHead } from './remote-table.ts'

/** Partition and sort key of the companion table. */
export const COMPANION_KEY = { partition: 'pk', sort: 'sk' } as const
/** Holds when a row of the companion table expires: its time to live. */
export const EXPIRY_ATTRIBUTE = 'expires'
/** An entry does not grow beyond this: what does not fit is named, and readers fetch it. */
export const MAX_ENTRY_SIZE_BYTES = 358_400
/** An entry holds images three levels down: in a list, of maps, as a map. One that is nested deeper is named as well. */
const MAX_IMAGE_DEPTH = MAX_NESTING_DEPTH - 3

/** Tags have 48 bits; these are the low ones. */
const TAG_LOW = 2 ** 32

/** The key of a scope's head. */
export function headKey(scope: string): Key {
  return companionKey(`head#${scope}`, 0)
}

/** The partition of a scope's log. */
export function logPartition(scope: string): string {
  return `log#${scope}`
}

/** The key of a log entry. */
export function entryKey(scope: string, sequence: number): Key {
  return companionKey(logPartition(scope), sequence)
}

/** The key of a client's row. */
export function clientKey(clientId: string): Key {
  return companionKey(`client#${clientId}`, 0)
}

/** The head after an entry. */
export function headRow(scope: string, { sequence, logId }: ScopeHead): Item {
  return { ...headKey(scope), seq: numberValue(sequence), log: { S: logId } }
}

/** The head of a row; what is not there was never written to. */
export function decodeHead(row: Item | undefined): ScopeHead {
  return row === undefined ? { sequence: 0, logId: '' } : { sequence: numberOf(row, 'seq'), logId: textOf(row, 'log') }
}

/** The row of a client after a push. */
export function clientRow({ clientId, lastMutation, pushId, clock }: Push): Item {
  return {
    ...clientKey(clientId),
    lastMutation: numberValue(lastMutation),
    push: { S: pushId },
    at: numberValue(clock),
  }
}

/** The client of a row. */
export function decodeClient(row: Item): ClientState {
  return { lastMutation: numberOf(row, 'lastMutation'), pushId: textOf(row, 'push'), clock: numberOf(row, 'at') }
}

/** How long an entry lives, and how large it may be. */
export interface EntryBounds {
  /** Since 1970. */
  readonly expiresAtSeconds: number
  readonly maxSizeBytes: number
}

/** The entry that a push adds to a scope's log. */
export function entryRow(push: Push, scope: string, { expiresAtSeconds, maxSizeBytes }: EntryBounds): Item {
  const head = push.heads[scope]
  assert(head !== undefined, 'A push knows the head of each scope that it writes to.')
  const changed = push.items.filter((item) => item.scope === scope && item.image !== 'checked')
  const fixed = {
    ...entryKey(scope, head.sequence + 1),
    c: { S: push.clientId },
    p: { S: push.pushId },
    at: numberValue(push.clock),
    m: numberValue(push.lastMutation),
    n: { B: encodeIntentIds(push.intents) },
    ...twinsOf(push, scope),
    [EXPIRY_ATTRIBUTE]: numberValue(expiresAtSeconds),
  }
  return { ...fixed, l: { L: changesWithin(changed, maxSizeBytes - itemSizeBytes(fixed)) } }
}

/** The entry of a row. */
export function decodeEntry(row: Item): LogEntry {
  return {
    sequence: numberOf(row, COMPANION_KEY.sort),
    clientId: textOf(row, 'c'),
    pushId: textOf(row, 'p'),
    clock: numberOf(row, 'at'),
    lastMutation: numberOf(row, 'm'),
    intents: decodeIntentIds(bytesOf(row, 'n')),
    twins: decodeTwins(ownAttribute(row, 'w')),
    changes: listOf(row, 'l').map(decodeChange),
  }
}

function twinsOf({ heads }: Push, scope: string): AttributeMap {
  const others = Object.entries(heads).filter(([other]) => other !== scope)
  if (others.length === 0) return {}
  return { w: { M: Object.fromEntries(others.map(([other, { sequence }]) => [other, numberValue(sequence + 1)])) } }
}

function decodeTwins(value: AttributeValue | undefined): Readonly<Record<string, number>> {
  if (value === undefined || !('M' in value)) return {}
  const twins = Object.entries(value.M).map(([scope, sequence]) => [scope, 'N' in sequence ? Number(sequence.N) : 0])
  return Object.fromEntries(twins) as Record<string, number>
}

/** All of them, as far as there is room for their images: the smallest have theirs, the rest is named only. */
function changesWithin(items: readonly PushedItem[], roomBytes: number): AttributeValue[] {
  const named = items.map((item) => ({ item, short: changeValue(item, false), whole: changeValue(item, true) }))
  const sized = named.map((change) => ({ ...change, extra: mapSize(change.whole) - mapSize(change.short) }))
  let room = roomBytes - sized.reduce((sum, { short }) => sum + mapSize(short), 0)
  const fitting = new Set<AttributeMap>()
  for (const { whole, extra } of sized.toSorted((one, other) => one.extra - other.extra)) {
    if (extra > room) break
    room -= extra
    fitting.add(whole)
  }
  return sized.map(({ whole, short }) => ({ M: fitting.has(whole) ? whole : short }))
}

function changeValue({ table, key, image, clock }: PushedItem, isWhole: boolean): AttributeMap {
  const about = { t: { S: table }, h: numberValue(clock) }
  if (image === 'deleted') return { ...about, d: { M: key } }
  const isHeld = isWhole && image !== 'checked' && isNestedWithin(Object.values(image), MAX_IMAGE_DEPTH)
  return isHeld ? { ...about, k: keyNames(key), i: { M: image } } : { ...about, f: { M: key } }
}

function isNestedWithin(values: readonly AttributeValue[], levels: number): boolean {
  return values.every((value) => {
    if (levels === 0) return false
    if ('M' in value) return isNestedWithin(Object.values(value.M), levels - 1)
    return 'L' in value ? isNestedWithin(value.L, levels - 1) : true
  })
}

/** Keys are compared as texts, and whoever wrote the entry may have spelled their numbers otherwise. */
function decodeChange(value: AttributeValue): ItemChange {
  assert('M' in value, 'A change in a log entry is a map.')
  const about = { table: textOf(value.M, 't'), clock: numberOf(value.M, 'h') }
  const deleted = ownAttribute(value.M, 'd')
  if (deleted !== undefined && 'M' in deleted) return { ...about, key: canonicalItem(deleted.M), image: 'deleted' }
  const named = ownAttribute(value.M, 'f')
  if (named !== undefined && 'M' in named) return { ...about, key: canonicalItem(named.M), image: 'unknown' }
  const image = ownAttribute(value.M, 'i')
  assert(image !== undefined && 'M' in image, 'A change in a log entry is an image, a deletion or a name.')
  const names = listOf(value.M, 'k').map((name) => ('S' in name ? name.S : ''))
  const key = Object.fromEntries(names.map((name) => [name, ownAttribute(image.M, name) ?? { NULL: true as const }]))
  return { ...about, key, image: image.M }
}

function keyNames(key: Key): AttributeValue {
  return { L: Object.keys(key).map((name) => ({ S: name })) }
}

/** An attribute map's own size, and what a list or map counts for it. */
function mapSize(map: AttributeMap): number {
  return itemSizeBytes({ l: { L: [{ M: map }] } })
}

function companionKey(partition: string, sort: number): Key {
  return { [COMPANION_KEY.partition]: { S: partition }, [COMPANION_KEY.sort]: numberValue(sort) }
}

/** A whole number as an attribute. */
export function numberValue(number: number): { readonly N: string } {
  return { N: String(number) }
}

function numberOf(map: AttributeMap, name: string): number {
  const value = ownAttribute(map, name)
  assert(value !== undefined && 'N' in value, `A row of the companion table has a number ${name}.`)
  return Number(value.N)
}

function textOf(map: AttributeMap, name: string): string {
  const value = ownAttribute(map, name)
  assert(value !== undefined && 'S' in value, `A row of the companion table has a text ${name}.`)
  return value.S
}

function bytesOf(map: AttributeMap, name: string): Uint8Array {
  const value = ownAttribute(map, name)
  assert(value !== undefined && 'B' in value, `A row of the companion table has bytes ${name}.`)
  return value.B
}

/** Runs of the same tag: the tag, how many, and how far each place is behind the one before. */
function encodeIntentIds(ids: readonly IntentId[]): Uint8Array {
  const writer = new ByteWriter()
  let before = 0
  for (let at = 0; at < ids.length;) {
    const { tag } = ids[at] as IntentId
    let end = at
    while (ids[end]?.tag === tag) end++
    writer.uint16(Math.floor(tag / TAG_LOW))
    writer.uint32(tag % TAG_LOW)
    writer.varint(end - at)
    for (; at < end; at++) {
      const { order } = ids[at] as IntentId
      writer.varint(order - before)
      before = order
    }
  }
  return writer.take()
}

function decodeIntentIds(bytes: Uint8Array): IntentId[] {
  const reader = new ByteReader(bytes)
  const ids: IntentId[] = []
  let order = 0
  while (!reader.isAtEnd) {
    const high = reader.uint16()
    const tag = high * TAG_LOW + reader.uint32()
    for (let count = reader.varint(); count > 0; count--) {
      order += reader.varint()
      ids.push({ order, tag })
    }
  }
  return ids
}

function listOf(map: AttributeMap, name: string): readonly AttributeValue[] {
  const value = ownAttribute(map, name)
  assert(value !== undefined && 'L' in value, `A row of the companion table has a list ${name}.`)
  return value.L
}
