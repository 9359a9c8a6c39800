// What has to hold: at every moment, and when everything has come together.

import { deepStrictEqual } from 'node:assert/strict'
import type { Engine } from '../../src/engine/engine.ts'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import type { Device } from './device.ts'
import { NOTES_TABLE, noteTexts, PARTITIONS, readTable, SHARED_TABLE, textOf, type World } from './world.ts'

/** Transactions are never seen half done, and counters are the sums of what was counted. */
export async function checkInvariants(where: string, engine: Engine): Promise<void> {
  const notes = await readTable(engine, NOTES_TABLE)
  for (const p of PARTITIONS) {
    const [left, right] = [notes.get(`${p}/pair-left`), notes.get(`${p}/pair-right`)]
    if (textOf(left?.['op']) !== textOf(right?.['op'])) {
      throw new Error(`${where} shows half of a pair in ${p}: ${textOf(left?.['op'])} and ${textOf(right?.['op'])}.`)
    }
    const [one, other] = [notes.get(`${p}/account-1`), notes.get(`${p}/account-2`)]
    if (numberIn(one) + numberIn(other) !== 0) {
      throw new Error(`${where} shows half of a transfer in ${p}: ${numberIn(one)} and ${numberIn(other)}.`)
    }
    for (const s of ['count', 'account-1', 'account-2']) checkSum(`${where}, ${p}/${s}`, notes.get(`${p}/${s}`))
  }
  const list = (await readTable(engine, SHARED_TABLE)).get('lists/list')?.['l']
  const names = list !== undefined && 'L' in list ? list.L.map((value) => textOf(value)) : []
  if (new Set(names).size !== names.length)
    throw new Error(`${where} shows something twice in a list: ${names.join()}.`)
}

function checkSum(where: string, item: Item | undefined): void {
  const ops = item?.['ops']
  const names = ops !== undefined && 'SS' in ops ? ops.SS : []
  const amounts = names.map((name) => numberOf(item?.[`amount-${name}`]))
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  if (sum !== numberIn(item)) throw new Error(`${where} counts ${numberIn(item)}, but ${sum} was counted.`)
}

/** A device has what the remote has, to the version. */
export async function checkSameTables(device: Device, world: World): Promise<void> {
  for (const table of [NOTES_TABLE, SHARED_TABLE]) {
    const [here, there] = [await readTable(device.engine, table), await readTable(world.engine, table)]
    try {
      deepStrictEqual(sorted(here), sorted(there))
    } catch (error) {
      throw new Error(`${device.name} differs from the remote in ${table}.`, { cause: error })
    }
  }
}

/** Every write that was kept is in effect, or was wiped out by one that was recorded, or was put aside. */
export async function checkHistory(devices: readonly Device[], world: World): Promise<void> {
  const present = new Set<string>()
  for (const table of [NOTES_TABLE, SHARED_TABLE])
    noteTexts([...(await readTable(world.engine, table)).values()], present)
  for (const device of devices) {
    for (const [index, { write, fate, disk }] of device.writes.entries()) {
      const { name } = write
      if (fate === 'refused' && present.has(name)) throw new Error(`${name} was refused, and is there.`)
      if (fate !== 'kept' || write.operation === 'DeleteItem') continue
      const isAside = device.discarded.has(name)
      if (isAside && present.has(name) && write.kind === 'added')
        throw new Error(`${name} was put aside, and is there.`)
      if (isAside || device.superseded.has(name)) continue
      if (write.kind === 'added' && !present.has(name)) throw new Error(`${name} of ${device.name} is lost.`)
      const isOverwritten = device.writes
        .slice(index + 1)
        .some((later) => later.disk === disk && later.write.places.some((place) => write.places.includes(place)))
      if (!world.seen.has(name) && !isOverwritten) throw new Error(`${name} of ${device.name} never took effect.`)
    }
  }
}

function sorted(items: ReadonlyMap<string, Item>): readonly unknown[] {
  const canonical = (item: Item): unknown =>
    Object.entries(item)
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

function numberIn(item: Item | undefined): number {
  return numberOf(item?.['n'])
}

function numberOf(value: AttributeValue | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : 0
}
