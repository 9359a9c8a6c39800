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
