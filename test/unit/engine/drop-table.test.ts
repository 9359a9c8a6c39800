// The rows of a deleted table are cleared in the background.

import { describe, expect, it } from 'vitest'
import { backgroundStep, engineFixture, finishBackground, rowCount } from '../../support/engine-fixture.ts'

const TABLE = {
  TableName: 'items',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'group', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byGroup',
      KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
}
/** With their index rows two and a half steps. */
const ITEMS = 320

async function fixtureWithItems(): Promise<ReturnType<typeof engineFixture>> {
  const fixture = engineFixture()
  await fixture.engine.dispatch('CreateTable', TABLE)
  for (let number = 0; number < ITEMS; number++) {
    const Item = { id: { S: `item ${number}` }, group: { S: 'g' } }
    await fixture.engine.dispatch('PutItem', { TableName: 'items', Item })
  }
  await finishBackground(fixture)
  return fixture
}

/** The row that holds the id of the next table. */
const LASTING_ROWS = 1

describe('a deleted table', () => {
  it('leaves no row', async () => {
    const fixture = await fixtureWithItems()
    await fixture.engine.dispatch('DeleteTable', { TableName: 'items' })
    await finishBackground(fixture)
    expect(rowCount(fixture.store)).toBe(LASTING_ROWS)
    expect(fixture.engine.statistics().backgroundSteps).toBe(3)
  })

  it('is cleared by the next engine when the first is closed in between', async () => {
    const fixture = await fixtureWithItems()
    await fixture.engine.dispatch('DeleteTable', { TableName: 'items' })
    await backgroundStep(fixture)
    const next = engineFixture(fixture.store)
    await finishBackground(next)
    expect(rowCount(fixture.store)).toBe(LASTING_ROWS)
  })

  it('shares nothing with a table of its name made before it is cleared', async () => {
    const fixture = await fixtureWithItems()
    const { engine } = fixture
    await engine.dispatch('DeleteTable', { TableName: 'items' })
    await engine.dispatch('CreateTable', TABLE)
    const Item = { id: { S: 'new' }, group: { S: 'g' } }
    await engine.dispatch('PutItem', { TableName: 'items', Item })
    await finishBackground(fixture)
    expect(await engine.dispatch('Scan', { TableName: 'items' })).toEqual({ Items: [Item], Count: 1, ScannedCount: 1 })
    expect(await engine.dispatch('Scan', { TableName: 'items', IndexName: 'byGroup' })).toEqual({
      Items: [Item],
      Count: 1,
      ScannedCount: 1,
    })
  })
})
