// The README's example does what the README says, against the built package.

import { deleteDatabase } from 'tidetable'
import { afterAll, beforeAll, expect, it } from 'vitest'

beforeAll(() => deleteDatabase('shop'))
afterAll(() => deleteDatabase('shop'))

it('keeps, changes and finds an order', async () => {
  const { found, close } = await import('./readme-example.ts')
  await close()
  expect(found).toEqual([{ customer: 'ann', date: '2026-11-23', product: 'tea', price: 4.6 }])
})

it('tells what a live query shows, while it is pending and when it is kept', async () => {
  await deleteDatabase('todo')
  const { told, close } = await import('./live-example.ts')
  await close()
  await deleteDatabase('todo')
  expect(told.at(-1)).toBe('water the plants')
  expect(['', 'water the plants …', 'water the plants']).toEqual(expect.arrayContaining([...told]))
})

it('changes items in place, and several as one', async () => {
  await deleteDatabase('bank')
  const { found, close } = await import('./transaction-example.ts')
  await close()
  await deleteDatabase('bank')
  expect(found).toEqual([
    { id: 'ann', balance: 100, tags: new Set(['early']) },
    { id: 'bob', balance: 30 },
    { id: '7', amount: 30 },
  ])
})

it('runs statements of PartiQL', async () => {
  await deleteDatabase('atlas')
  const { found, close } = await import('./partiql-example.ts')
  await close()
  await deleteDatabase('atlas')
  expect(found).toEqual([[{ name: { S: 'Delft' }, water: { N: '1.3' } }], undefined])
})

it('tells changes, and runs a trigger on them', async () => {
  await deleteDatabase('ledger')
  const { heard, finish } = await import('./changes-example.ts')
  expect(heard).toEqual(['insert 1', 'insert 2'])
  expect(await finish()).toBe(42)
  await deleteDatabase('ledger')
})

it('replicates a database with another', async () => {
  await Promise.all([deleteDatabase('phone'), deleteDatabase('cloud')])
  const { found, close } = await import('./sync-example.ts')
  await close()
  await Promise.all([deleteDatabase('phone'), deleteDatabase('cloud')])
  expect(found).toEqual([
    expect.stringMatching(/^(pending|synced)$/),
    { list: 'home', id: '1', text: 'water the plants', _version: 1 },
  ])
})
