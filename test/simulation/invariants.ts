// What has to hold at every moment, at the remote and on each device.

import type { Engine } from '../../src/engine/engine.ts'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import { textOf } from './ledger.ts'
import { DIARY, NOTES_TABLE, PARTITIONS, readTable, SHARED_TABLE } from './world.ts'

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
    for (const s of ['across', 'count', 'account-1', 'account-2'])
      checkSum(`${where}, ${p}/${s}`, notes.get(`${p}/${s}`))
  }
  const [red, blue] = PARTITIONS.map((p) => numberIn(notes.get(`${p}/across`)))
  if ((red ?? 0) + (blue ?? 0) !== 0) throw new Error(`${where} shows half of a transfer across: ${red} and ${blue}.`)
  for (const names of listsIn(notes, await readTable(engine, SHARED_TABLE))) {
    if (new Set(names).size !== names.length)
      throw new Error(`${where} shows something twice in a list: ${names.join()}.`)
  }
}

/** What the lists hold to which names are appended. */
export function listsIn(notes: ReadonlyMap<string, Item>, shared: ReadonlyMap<string, Item>): readonly string[][] {
  const items = [...PARTITIONS.map((p) => notes.get(`${p}/${DIARY}`)), shared.get('lists/list')]
  return items.map((item) => {
    const list = item?.['l']
    return list !== undefined && 'L' in list ? list.L.map((value) => textOf(value)) : []
  })
}

function checkSum(where: string, item: Item | undefined): void {
  const ops = item?.['ops']
  const names = ops !== undefined && 'SS' in ops ? ops.SS : []
  const amounts = names.map((name) => numberOf(item?.[`amount-${name}`]))
  const sum = amounts.reduce((total, amount) => total + amount, 0)
  if (sum !== numberIn(item)) throw new Error(`${where} counts ${numberIn(item)}, but ${sum} was counted.`)
}

function numberIn(item: Item | undefined): number {
  return numberOf(item?.['n'])
}

function numberOf(value: AttributeValue | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : 0
}
