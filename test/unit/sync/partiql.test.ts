// Statements are replicated as what they ask for: done again on what others have made of the item meanwhile.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import {
  createRemote,
  createReplica,
  createStepClock,
  keyOf,
  type ReplicaFixture,
  TABLE,
} from '../../support/replication-fixture.ts'

let one: ReplicaFixture
let other: ReplicaFixture

beforeEach(async () => {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  one = await createReplica(remote, clock, { seed: 2 })
  other = await createReplica(remote, clock, { seed: 3 })
  await one.put({ ...keyOf('a'), n: { N: '1' }, l: { L: [] }, t: { SS: ['x'] } })
  await syncBoth()
})

async function syncBoth(): Promise<void> {
  for (const replica of [one, other, one, other]) await replica.replicator.syncOnce()
}

function where(s: string): string {
  return `WHERE p='red' AND s='${s}'`
}

async function readBoth(s: string): Promise<readonly (Item | undefined)[]> {
  const items = await Promise.all([one, other].map((replica) => replica.read(keyOf(s))))
  // The version attribute is replication's own.
  return items.map((item) => item && Object.fromEntries(Object.entries(item).filter(([name]) => name !== '_version')))
}

describe('a PartiQL statement on a replicated table', () => {
  it('is done again on what another has made of its item', async () => {
    const change = 'SET n=n+10-2, t=set_add(t,?), l=list_append(l,[?])'.replace('[?]', "['one']")
    await one.engine.dispatch('ExecuteStatement', {
      Statement: `UPDATE ${TABLE} ${change} ${where('a')} AND n>0`,
      Parameters: [{ SS: ['y'] }],
    })
    await other.update(keyOf('a'), 'ADD n :by, t :more', { ':by': { N: '100' }, ':more': { SS: ['z'] } })
    await other.replicator.syncOnce()
    await syncBoth()
    const merged = { ...keyOf('a'), n: { N: '109' }, l: { L: [{ S: 'one' }] }, t: { SS: ['x', 'z', 'y'] } }
    expect(await readBoth('a')).toEqual([merged, merged])
  })

  it('inserts and removes elsewhere too', async () => {
    await one.engine.dispatch('BatchExecuteStatement', {
      Statements: [
        { Statement: `INSERT INTO ${TABLE} VALUE {'p':'red','s':'b','n':2}` },
        { Statement: `DELETE FROM ${TABLE} ${where('a')} AND n=1` },
        { Statement: `INSERT INTO ${TABLE} VALUE {'p':'red'}` },
      ],
    })
    await syncBoth()
    const inserted = { ...keyOf('b'), n: { N: '2' } }
    expect(await readBoth('b')).toEqual([inserted, inserted])
    expect(await readBoth('a')).toEqual([undefined, undefined])
  })

  it('stays one with the others of its transaction', async () => {
    await one.engine.dispatch('ExecuteTransaction', {
      TransactStatements: [
        { Statement: `EXISTS(SELECT * FROM ${TABLE} ${where('a')} AND n=1)` },
        { Statement: `INSERT INTO ${TABLE} VALUE {'p':'red','s':'c','n':3}` },
        { Statement: `INSERT INTO ${TABLE} VALUE {'p':'red','s':'d','n':4}` },
      ],
    })
    await syncBoth()
    const [c, d] = [
      { ...keyOf('c'), n: { N: '3' } },
      { ...keyOf('d'), n: { N: '4' } },
    ]
    expect(await readBoth('c')).toEqual([c, c])
    expect(await readBoth('d')).toEqual([d, d])
  })
})
