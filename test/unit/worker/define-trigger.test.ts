// Triggers of an app's own worker file: defined before the page opens the database, run where the data is.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineTable } from '../../../src/client/define-table.ts'
import type { Database } from '../../../src/client/open-database.ts'
import { openMemoryDatabase } from '../../support/memory-database.ts'
import { defineTrigger } from '../../../worker/define-trigger.ts'

const payments = defineTable<{ account: string; id: string; amount: number }>()({
  name: 'payments',
  attributes: { account: 'S', id: 'S' },
  key: { partition: 'account', sort: 'id' },
  stream: 'NEW_IMAGE',
})
const balances = defineTable<{ account: string; total: number }>()({
  name: 'balances',
  attributes: { account: 'S' },
  key: { partition: 'account' },
})

const givenUp: string[] = []

defineTrigger({
  tableName: 'payments',
  name: 'totals',
  from: 'start',
  retries: 0,
  bisectOnError: true,
  async run(changes, { send }) {
    if (changes.some(({ newItem }) => newItem?.['amount'] === 0)) throw new Error('nothing was paid')
    for (const { newItem } of changes) {
      await send('UpdateItem', {
        TableName: 'balances',
        Key: { account: { S: newItem?.['account'] as string } },
        UpdateExpression: 'ADD #total :amount',
        ExpressionAttributeNames: { '#total': 'total' },
        ExpressionAttributeValues: { ':amount': { N: String(newItem?.['amount'] as number) } },
      })
    }
  },
  onFailure: ({ changes }) => void givenUp.push(...changes.map(({ key }) => key['id'] as string)),
})

let database: Database

beforeAll(async () => {
  ;({ database } = await openMemoryDatabase({ tables: [payments, balances] }))
})
afterAll(() => database.close())

describe('a trigger of the worker', () => {
  it('waits for its table, is given changes, and writes where the data is', async () => {
    await database.table(payments).put({ account: 'ann', id: '1', amount: 30 })
    await database.table(payments).put({ account: 'ann', id: '2', amount: 0 })
    await database.table(payments).put({ account: 'ann', id: '3', amount: 12 })
    for await (const { item } of database.table(balances).live({ account: 'ann' })) if (item?.total === 42) break
    expect(await database.table(balances).get({ account: 'ann' })).toEqual({ account: 'ann', total: 42 })
    expect(givenUp).toEqual(['2'])
  })

  it('is refused once the database is open', () => {
    const late = { tableName: 'payments', name: 'late', run: () => undefined }
    expect(() => defineTrigger(late)).toThrow('A trigger is defined before the database is opened.')
  })
})
