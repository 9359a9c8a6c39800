// What has to hold when everything has come together.

import { deepStrictEqual } from 'node:assert/strict'
import type { Device } from './device.ts'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import type { ForeignWrite } from './foreign-writer.ts'
import { listsIn } from './invariants.ts'
import { noteTexts } from './ledger.ts'
import { DATA_TABLES, NOTES_TABLE, readTable, scopeIn, SCOPES, SHARED_TABLE, VERSION, type World } from './world.ts'

/** A device has what the remote has in the scopes that it replicates, to the version. */
export async function checkSameTables(device: Device, world: World): Promise<void> {
  for (const table of DATA_TABLES) {
    const [here, there] = [await readTable(device.engine, table), await readTable(world.engine, table)]
    for (const [name, item] of there) if (!device.scopes.includes(scopeIn(table, item) ?? '')) there.delete(name)
    try {
      deepStrictEqual(sorted(here), sorted(there))
    } catch (error) {
      throw new Error(`${device.name} differs from the remote in ${table}.`, { cause: error })
    }
  }
}

/** Each log tells what is in its scope, and of nothing that is not: whoever reads one of them alone has all of it. */
export async function checkLogs(world: World): Promise<void> {
  for (const table of DATA_TABLES) {
    const items = await readTable(world.engine, table)
    for (const scope of SCOPES) {
      const inside = new Map([...items].filter(([, item]) => scopeIn(table, item) === scope))
      const told = new Map<string, Item>()
      for (const [place, image] of world.ledger.told.get(scope) ?? []) {
        const name = place.slice(table.length + 1)
        if (place.startsWith(`${table}/`)) told.set(name, image === 'unknown' ? (inside.get(name) ?? {}) : image)
      }
      try {
        deepStrictEqual(sorted(told, [VERSION]), sorted(inside, [VERSION]))
      } catch (error) {
        throw new Error(`The log of ${scope} does not tell what ${table} holds.`, { cause: error })
      }
    }
  }
}

/** Every write that was kept is in effect, or was wiped out by one that was recorded, or was put aside. */
export async function checkHistory(devices: readonly Device[], world: World): Promise<void> {
  const present = new Set<string>()
  for (const table of DATA_TABLES) noteTexts([...(await readTable(world.engine, table)).values()], present)
  const copied = new Set(devices.flatMap((device) => [...device.copied]))
  for (const device of devices) {
    for (const [index, { write, fate, disk }] of device.writes.entries()) {
      const { name } = write
      if (fate === 'refused' && present.has(name)) throw new Error(`${name} was refused, and is there.`)
      if (fate !== 'kept' || write.operation === 'DeleteItem') continue
      const isAside = device.discarded.has(name)
      if (isAside && present.has(name) && write.kind === 'added' && !copied.has(name))
        throw new Error(`${name} was put aside, and is there.`)
      if (isAside || device.superseded.has(name)) continue
      if (write.kind === 'added' && !present.has(name)) throw lost(device, name)
      const isOverwritten = device.writes
        .slice(index + 1)
        .some((later) => later.disk === disk && later.write.places.some((place) => write.places.includes(place)))
      if (!world.ledger.seen.has(name) && !isOverwritten && !copied.has(name)) throw lost(device, name)
    }
  }
}

/**
 * What a push wipes out was seen by who wrote it, or was weighed against it: nothing is overwritten unseen. What was put aside
 * and is asked for again, be it by who has a copy of the disk, is done on whatever is there, and later writes see that.
 */
export function checkWipes(devices: readonly Device[], world: World): void {
  for (const { place, gone, come } of world.ledger.wipes) {
    if (devices.some((device) => device.hasRetriedAt(place))) continue
    const writers = devices.filter(({ writes }) => writes.some(({ write }) => come.includes(write.name)))
    for (const name of gone) {
      const isWeighed = devices.some(({ weighed }) => weighed.has(`${place} ${name}`))
      const [writer] = writers
      if (isWeighed || writer === undefined || writers.some((device) => device.mayHaveSeen(place, name))) continue
      throw new Error(`${come.join()} of ${writer.name} wiped out ${name}, unseen.\n${writer.diary.join('\n')}`)
    }
  }
}

/**
 * Nobody is in conflict with himself: what a conflict was with, others have written, or a copy has pushed, or nobody knew whether
 * it was done.
 */
export function checkContests(devices: readonly Device[]): void {
  const copied = new Set(devices.flatMap((device) => [...device.copied]))
  for (const device of devices) {
    for (const [conflict, names] of device.contesting) {
      const [disk = ''] = conflict.split(' ')
      if (names.size === 0 || [...names].some((name) => copied.has(name) || !device.knowsOf(name, Number(disk))))
        continue
      throw new Error(
        `${device.name} is in conflict with itself: ${conflict}, ${[...names].join()}.\n${device.diary.join('\n')}`,
      )
    }
  }
}

/** Who writes an item alone, and knows what became of all that was written before, finds it as it was shown. */
export function checkConditions(devices: readonly Device[]): void {
  const copied = new Set(devices.flatMap((device) => [...device.copied]))
  for (const device of devices) {
    for (const name of device.failed) {
      const index = device.writes.findIndex(({ write }) => write.name === name)
      const made = device.writes[index]
      if (made === undefined || !device.alone.has(name) || copied.has(name)) continue
      const before = device.writes.slice(0, index).filter(({ write: { places } }) => {
        return places.some((place) => made.write.places.includes(place))
      })
      // Of what a copy has pushed as well nobody may know for a while whether it is done.
      const isKnown = (write: string): boolean => device.knowsOf(write, made.disk) && !copied.has(write)
      if (made.disk > 0 || !before.every(({ write, fate }) => fate === 'refused' || isKnown(write.name))) continue
      throw new Error(`${name} of ${device.name} does not find what it was made on.\n${device.diary.join('\n')}`)
    }
  }
}

/** What one device appends to a list stays in its order, unless it was put aside meanwhile and asked for again. */
export async function checkOrder(devices: readonly Device[], world: World): Promise<void> {
  const [notes, shared] = [await readTable(world.engine, NOTES_TABLE), await readTable(world.engine, SHARED_TABLE)]
  const copied = new Set(devices.flatMap((device) => [...device.copied]))
  for (const names of listsIn(notes, shared)) {
    for (const device of devices) {
      const made = device.writes.flatMap(({ write }, number) =>
        names.includes(write.name) ? [{ name: write.name, number, at: names.indexOf(write.name) }] : [],
      )
      for (const [index, late] of made.entries()) {
        if (copied.has(late.name)) continue
        const overtaking = made.slice(index + 1).filter(({ at }) => at < late.at)
        const other = overtaking.find(({ number }) => !device.mayOvertake(number, late.name))
        if (other === undefined) continue
        throw new Error(`${other.name} of ${device.name} overtook ${late.name}.\n${device.diary.join('\n')}`)
      }
    }
  }
}

/**
 * What was deleted comes back by a write that was weighed against the deletion, or was put aside and is asked for again, and by
 * nothing else.
 */
export function checkDeletions(devices: readonly Device[], world: World): void {
  const contested = new Set(devices.flatMap((device) => [...device.contestedDeletions]))
  for (const event of world.ledger.broughtBack) {
    const [place = ''] = event.split(' ')
    if (contested.has(place) || devices.some((device) => device.hasRetriedAt(place))) continue
    throw new Error(`${event} was deleted, and came back.`)
  }
}

/** What others have added is there, but for what a push wiped out before anything could tell of it. */
export async function checkForeignWrites(writes: readonly ForeignWrite[], world: World): Promise<void> {
  const present = new Set<string>()
  for (const table of DATA_TABLES) noteTexts([...(await readTable(world.engine, table)).values()], present)
  for (const { name, isAdded } of writes) {
    if (isAdded && !present.has(name) && !world.ledger.overwritten.has(name)) {
      throw new Error(`The foreign write ${name} is lost.`)
    }
  }
}

function lost({ name, diary }: Device, write: string): Error {
  return new Error(`${write} of ${name} never took effect, or is lost.\n${diary.join('\n')}`)
}

function sorted(items: ReadonlyMap<string, Item>, without: readonly string[] = []): readonly unknown[] {
  const canonical = (item: Item): unknown =>
    Object.entries(item)
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => [name, unordered(value)])
      .sort(byFirst)
  return [...items].sort(byFirst).map(([key, item]) => [key, canonical(item)])
}

function unordered(value: AttributeValue): unknown {
  return 'SS' in value ? { SS: [...value.SS].sort() } : value
}

function byFirst(one: readonly unknown[], other: readonly unknown[]): number {
  return String(one[0]) < String(other[0]) ? -1 : 1
}
