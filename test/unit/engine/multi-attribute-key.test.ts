// Global indexes whose partition and sort keys have several attributes.

import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import type { Item } from '../../../src/model/attribute-value.ts'
import { engineFixture } from '../../support/engine-fixture.ts'

const KEYS = (hash: readonly string[], range: readonly string[]): unknown => [
  ...hash.map((AttributeName) => ({ AttributeName, KeyType: 'HASH' })),
  ...range.map((AttributeName) => ({ AttributeName, KeyType: 'RANGE' })),
]

function table(hash: readonly string[], range: readonly string[]): unknown {
  const names = [...new Set(['id', ...hash, ...range])]
  return {
    TableName: 'matches',
    AttributeDefinitions: names.map((AttributeName) => ({
      AttributeName,
      AttributeType: AttributeName === 'round' ? 'N' : 'S',
    })),
    KeySchema: KEYS(['id'], []),
    GlobalSecondaryIndexes: [
      { IndexName: 'byRound', KeySchema: KEYS(hash, range), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  }
}

async function engineWithMatches(): Promise<Engine> {
  const { engine } = engineFixture()
  await engine.dispatch('CreateTable', table(['cup', 'region'], ['round', 'court']))
  const matches: readonly (readonly [string, string, string, number, string])[] = [
    ['1', 'winter', 'west', 2, 'b'],
    ['2', 'winter', 'west', 2, 'a'],
    ['3', 'winter', 'west', 10, 'a'],
    ['4', 'winter', 'east', 2, 'a'],
    // Without separators, `winterw est` would be `winter west`.
    ['5', 'winterw', 'est', 2, 'a'],
  ]
  for (const [id, cup, region, round, court] of matches) {
    const Item: Item = {
      id: { S: id },
      cup: { S: cup },
      region: { S: region },
      round: { N: String(round) },
      court: { S: court },
    }
    await engine.dispatch('PutItem', { TableName: 'matches', Item })
  }
  await engine.dispatch('PutItem', { TableName: 'matches', Item: { id: { S: '6' }, cup: { S: 'winter' } } })
  return engine
}

async function idsOf(engine: Engine, condition: string, values: Item, more: object = {}): Promise<unknown> {
  const { Items } = (await engine.dispatch('Query', {
    TableName: 'matches',
    IndexName: 'byRound',
    KeyConditionExpression: `cup = :c AND #r = :r${condition}`,
    ExpressionAttributeNames: { '#r': 'region' },
    ExpressionAttributeValues: { ':c': { S: 'winter' }, ':r': { S: 'west' }, ...values },
    ...more,
  })) as { Items: readonly Item[] }
  return Items.map(({ id }) => (id as { S: string }).S)
}

describe('an index on several attributes', () => {
  it('answers the items that have all partition key attributes, in the order of the sort key attributes', async () => {
    const engine = await engineWithMatches()
    expect(await idsOf(engine, '', {})).toEqual(['2', '1', '3'])
    expect(await idsOf(engine, '', {}, { ScanIndexForward: false })).toEqual(['3', '1', '2'])
  })

  it('takes equalities on the first sort key attributes and a range on the last', async () => {
    const engine = await engineWithMatches()
    expect(await idsOf(engine, ' AND round > :n', { ':n': { N: '2' } })).toEqual(['3'])
    expect(await idsOf(engine, ' AND round = :n', { ':n': { N: '2' } })).toEqual(['2', '1'])
    expect(await idsOf(engine, ' AND round = :n AND court >= :t', { ':n': { N: '2' }, ':t': { S: 'b' } })).toEqual([
      '1',
    ])
    expect(
      await idsOf(engine, ' AND round = :n AND begins_with(court, :t)', { ':n': { N: '2' }, ':t': { S: 'a' } }),
    ).toEqual(['2'])
  })

  it('ends a page with all key attributes and goes on behind them', async () => {
    const engine = await engineWithMatches()
    const page = (await engine.dispatch('Scan', { TableName: 'matches', IndexName: 'byRound', Limit: 1 })) as {
      LastEvaluatedKey: Item
    }
    expect(Object.keys(page.LastEvaluatedKey).sort()).toEqual(['court', 'cup', 'id', 'region', 'round'])
    const ExclusiveStartKey = {
      id: { S: '2' },
      cup: { S: 'winter' },
      region: { S: 'west' },
      round: { N: '2' },
      court: { S: 'a' },
    }
    expect(await idsOf(engine, '', {}, { ExclusiveStartKey })).toEqual(['1', '3'])
  })

  it('is asked by KeyConditions of more than two attributes too', async () => {
    const engine = await engineWithMatches()
    const compared = (ComparisonOperator: string, ...AttributeValueList: readonly unknown[]): unknown => ({
      ComparisonOperator,
      AttributeValueList,
    })
    const ask = (conditions: object): Promise<unknown> =>
      engine.dispatch('Query', {
        TableName: 'matches',
        IndexName: 'byRound',
        KeyConditions: { cup: compared('EQ', { S: 'winter' }), region: compared('EQ', { S: 'west' }), ...conditions },
        Select: 'COUNT',
      })
    const round = compared('EQ', { N: '2' })
    expect(await ask({ round, court: compared('BEGINS_WITH', { S: 'a' }) })).toEqual({ Count: 1, ScannedCount: 1 })
    await expect(ask({ court: compared('EQ', { S: 'a' }) })).rejects.toThrow(
      'Query condition missed key schema element: round',
    )
    await expect(ask({ round: compared('GT', { N: '2' }), court: compared('EQ', { S: 'a' }) })).rejects.toThrow(
      'Query key condition not supported',
    )
    await expect(ask({ region: compared('GT', { S: 'west' }) })).rejects.toThrow('Query key condition not supported')
    await expect(ask({ round, court: compared('EQ', { S: 'a' }), id: compared('EQ', { S: '1' }) })).rejects.toThrow(
      'Conditions can be of length 1 or 2 only',
    )
  })

  it('refuses a start key that lacks one of the attributes, or is outside of the query', async () => {
    const engine = await engineWithMatches()
    const position = {
      id: { S: '2' },
      cup: { S: 'winter' },
      region: { S: 'west' },
      round: { N: '2' },
      court: { S: 'a' },
    }
    const { court: _, ...lacking } = position
    await expect(idsOf(engine, '', {}, { ExclusiveStartKey: lacking })).rejects.toThrow(
      'The provided starting key is invalid',
    )
    const elsewhere = { ...position, region: { S: 'east' } }
    await expect(idsOf(engine, '', {}, { ExclusiveStartKey: elsewhere })).rejects.toThrow(
      'The provided starting key is outside query boundaries based on provided conditions',
    )
    await expect(
      idsOf(engine, ' AND round > :n', { ':n': { N: '2' } }, { ExclusiveStartKey: position }),
    ).rejects.toThrow('The provided starting key does not match the range key predicate')
  })

  it('moves an item when any attribute of its key changes', async () => {
    const engine = await engineWithMatches()
    const units = async (UpdateExpression: string, values: Item): Promise<unknown> => {
      const output = (await engine.dispatch('UpdateItem', {
        TableName: 'matches',
        Key: { id: { S: '1' } },
        UpdateExpression,
        ExpressionAttributeValues: values,
        ReturnConsumedCapacity: 'INDEXES',
      })) as { readonly ConsumedCapacity: { readonly GlobalSecondaryIndexes?: unknown } }
      return output.ConsumedCapacity.GlobalSecondaryIndexes
    }
    expect(await units('SET court = :c', { ':c': { S: 'z' } })).toEqual({ byRound: { CapacityUnits: 2 } })
    expect(await units('SET cup = :c', { ':c': { S: 'summer' } })).toEqual({ byRound: { CapacityUnits: 2 } })
    expect(await units('SET score = :s', { ':s': { N: '1' } })).toBeUndefined()
    expect(await idsOf(engine, '', {})).toEqual(['2', '3'])
  })

  it('leaves out items that lack one of the attributes', async () => {
    const engine = await engineWithMatches()
    expect(await engine.dispatch('Scan', { TableName: 'matches', IndexName: 'byRound', Select: 'COUNT' })).toEqual({
      Count: 5,
      ScannedCount: 5,
    })
  })

  it('has at most four of each', async () => {
    const four = ['a', 'b', 'c', 'd']
    const { engine } = engineFixture()
    await expect(engine.dispatch('CreateTable', table([...four, 'e'], []))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Invalid KeySchema: At most 4 HASH and 4 RANGE key elements are allowed',
    })
    await expect(engine.dispatch('CreateTable', table(['a'], ['b', 'c', 'd', 'e', 'f']))).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await engine.dispatch('CreateTable', table(four, ['e', 'f', 'g', 'h']))
  })

  it('bounds the attributes of the partition key together', async () => {
    const { engine } = engineFixture()
    await engine.dispatch('CreateTable', table(['cup', 'region'], []))
    const item = (size: number): Item => ({
      id: { S: 'x' },
      cup: { S: 'c'.repeat(1024) },
      region: { S: 'r'.repeat(size) },
    })
    await engine.dispatch('PutItem', { TableName: 'matches', Item: item(1024) })
    await expect(engine.dispatch('PutItem', { TableName: 'matches', Item: item(1025) })).rejects.toMatchObject({
      message:
        'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    })
  })
})
