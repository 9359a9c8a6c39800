// Puts and deletes of any number of items in one commit.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Item } from '../../../src/model/attribute-value.ts'
import type { QueryOutput, ScanOutput } from '../../../src/model/operations.ts'
import { createDictionary, PackedItem, packItem } from '../../../src/model/packed-item.ts'
import { describeTable, engineFixture, type EngineFixture } from '../../support/engine-fixture.ts'

const TABLE = 'Notes'
let fixture: EngineFixture

beforeEach(async () => {
  fixture = engineFixture()
  await fixture.engine.dispatch('CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'shelf', AttributeType: 'S' },
      { AttributeName: 'number', AttributeType: 'N' },
      { AttributeName: 'colour', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'shelf', KeyType: 'HASH' },
      { AttributeName: 'number', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byColour',
        KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  })
})

function packed(items: readonly Item[]): PackedItem[] {
  const dictionary = createDictionary()
  return items.map((item) => new PackedItem(packItem(item, dictionary), dictionary))
}

function note(number: number, colour: string): Item {
  return { shelf: { S: `shelf ${number % 3}` }, number: { N: String(number) }, colour: { S: colour } }
}

function keyOf({ shelf, number }: Item): Item {
  return { shelf, number } as Item
}

function numberOf({ number }: Item): number {
  return Number((number as { N: string }).N)
}

function put(items: readonly Item[]): Promise<void> {
  return fixture.engine.writeMany({ tableName: TABLE, kind: 'put', items: packed(items) })
}

async function stored(): Promise<readonly Item[]> {
  const { Items = [] } = (await fixture.engine.dispatch('Scan', { TableName: TABLE })) as ScanOutput
  return Items.toSorted((left, right) => numberOf(left) - numberOf(right))
}

async function numbersOfColour(colour: string): Promise<number[]> {
  const { Items = [] } = (await fixture.engine.dispatch('Query', {
    TableName: TABLE,
    IndexName: 'byColour',
    KeyConditionExpression: 'colour = :colour',
    ExpressionAttributeValues: { ':colour': { S: colour } },
  })) as QueryOutput
  return Items.map(numberOf).toSorted((left, right) => left - right)
}

describe('writing many items', () => {
  it('puts and deletes more of them than a batch of the API takes, in one commit', async () => {
    const notes = Array.from({ length: 300 }, (_, number) => note(number, number % 2 === 0 ? 'red' : 'blue'))
    const before = fixture.store.statistics().sequence
    await put(notes)
    expect(fixture.store.statistics().sequence).toBe(before + 1)
    expect(await stored()).toEqual(notes)
    expect(await numbersOfColour('red')).toHaveLength(150)

    const kept = notes.slice(290)
    await fixture.engine.writeMany({ tableName: TABLE, kind: 'delete', items: packed(notes.slice(0, 290).map(keyOf)) })
    expect(await stored()).toEqual(kept)
    expect(await numbersOfColour('blue')).toEqual([291, 293, 295, 297, 299])
    expect(await describeTable(fixture, TABLE)).toMatchObject({ ItemCount: 10 })
  })

  it('lets the later of two with the same key count', async () => {
    await put([note(1, 'red'), note(2, 'red'), note(1, 'blue')])
    expect(await stored()).toEqual([note(1, 'blue'), note(2, 'red')])
    expect(await numbersOfColour('red')).toEqual([2])
    expect(await describeTable(fixture, TABLE)).toMatchObject({ ItemCount: 2 })
  })

  it('writes nothing when one of them is refused', async () => {
    const refused = put([note(1, 'red'), { ...note(2, 'red'), colour: { S: '' } }])
    await expect(refused).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(put([note(1, 'red'), { shelf: { S: 'no number' } }])).rejects.toMatchObject({
      message: 'One or more parameter values were invalid: Missing the key number in the item',
    })
    const keys = packed([note(1, 'red')])
    await expect(fixture.engine.writeMany({ tableName: TABLE, kind: 'delete', items: keys })).rejects.toMatchObject({
      message: 'The provided key element does not match the schema',
    })
    expect(await stored()).toEqual([])
  })

  it('is refused for a table that is not there', async () => {
    const write = { tableName: 'Nothing', kind: 'put', items: packed([note(1, 'red')]) } as const
    await expect(fixture.engine.writeMany(write)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})
