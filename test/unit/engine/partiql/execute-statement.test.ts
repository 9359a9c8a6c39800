// What the conformance scripts of PartiQL cannot show: packed rows, what is read for an answer, replicated writes, bundles.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../../../src/engine/engine.ts'
import type { ExecuteStatementOutput } from '../../../../src/model/operations.ts'
import { PackedItem } from '../../../../src/model/packed-item.ts'
import { TABLE } from '../../../conformance/scripts/partiql-steps.ts'
import { engineFixture } from '../../../support/engine-fixture.ts'

const PARTITIONS = 4
const ITEMS_PER_PARTITION = 10

let engine: Engine

beforeEach(async () => {
  engine = engineFixture().engine
  await engine.dispatch('CreateTable', TABLE)
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const requests = Array.from({ length: ITEMS_PER_PARTITION }, (_, at) => ({
      PutRequest: { Item: { p: { S: `p${partition}` }, s: { N: String(at) }, m: { M: { x: { N: String(at) } } } } },
    }))
    await engine.dispatch('BatchWriteItem', { RequestItems: { tab: requests } })
  }
})

function execute(Statement: string, further: object = {}, context: object = {}): Promise<ExecuteStatementOutput> {
  const answer = engine.dispatch('ExecuteStatement', { Statement, ...further }, context)
  return answer as Promise<ExecuteStatementOutput>
}

/** How many items a statement looks at: with a limit of one more, the page is not cut. */
async function looksAt(statement: string): Promise<number> {
  for (let Limit = 1; ; Limit++) {
    const { NextToken } = await execute(statement, { Limit })
    if (NextToken === undefined) return Limit - 1
  }
}

describe('ExecuteStatement', () => {
  it.each([
    ["SELECT * FROM tab WHERE p='p1'", 10],
    ["SELECT * FROM tab WHERE p='p1' AND s=3", 1],
    ["SELECT * FROM tab WHERE p='p1' AND s IN [7,3,7]", 2],
    ["SELECT * FROM tab WHERE p='p1' AND (s=3 OR s=4)", 2],
    ["SELECT * FROM tab WHERE p='p1' AND s>2 AND s<5 AND s<>3", 2],
    ["SELECT * FROM tab WHERE p='p1' AND s BETWEEN 2 AND 4", 3],
    ["SELECT * FROM tab WHERE p='p1' AND s<0", 0],
    ["SELECT * FROM tab WHERE p='p1' AND m.x=3", 10],
    ["SELECT * FROM tab WHERE p IN ['p1','p3']", 20],
    ["SELECT * FROM tab WHERE p='p1' OR p='p3' OR p='p1'", 20],
    ["SELECT * FROM tab WHERE p IN ['p1','p3'] AND s IN [1,2]", 4],
    ["SELECT * FROM tab WHERE (p='p1' AND s=1) OR (p='p2' AND s=2)", 4],
    ["SELECT * FROM tab WHERE p='p1' AND p='p2'", 10],
    ["SELECT * FROM tab WHERE p='p1' OR s=1", 40],
    ["SELECT * FROM tab WHERE NOT p='p1'", 40],
    ['SELECT * FROM tab WHERE s=1', 40],
    ['SELECT * FROM tab', 40],
  ])('looks at no more items than it must: %s', async (statement, expected) => {
    expect(await looksAt(statement)).toBe(expected)
  })

  it('answers rows packed', async () => {
    const rows = 'packed'
    const { Items } = await execute("SELECT * FROM tab WHERE p='p1' AND s=1", {}, { rows })
    const [listed] = (await execute("SELECT m.x FROM tab WHERE p='p1' AND s=1", {}, { rows })).Items
    const update = "UPDATE tab SET n=1 WHERE p='p1' AND s=1 RETURNING MODIFIED NEW *"
    const [returned] = (await execute(update, {}, { rows })).Items
    for (const row of [...Items, listed, returned]) expect(row).toBeInstanceOf(PackedItem)
    expect([Items[0], listed, returned].map((row) => (row as unknown as PackedItem).toItem())).toEqual([
      { p: { S: 'p1' }, s: { N: '1' }, m: { M: { x: { N: '1' } } } },
      { x: { N: '1' } },
      { n: { N: '1' } },
    ])
  })

  it('answers rows of batches and transactions packed', async () => {
    const Statement = "SELECT s FROM tab WHERE p='p1' AND s=1"
    const batch = await engine.dispatch('BatchExecuteStatement', { Statements: [{ Statement }] }, { rows: 'packed' })
    const reads = await engine.dispatch(
      'ExecuteTransaction',
      { TransactStatements: [{ Statement }] },
      { rows: 'packed' },
    )
    for (const answer of [batch, reads] as { Responses: { Item?: unknown }[] }[]) {
      expect(answer.Responses[0]?.Item).toBeInstanceOf(PackedItem)
    }
  })

  it('ends a page at one megabyte, whatever partitions it comes from', async () => {
    const text = 'x'.repeat(300_000)
    for (const p of ['p0', 'p1', 'p2', 'p3', 'p4']) {
      await engine.dispatch('PutItem', { TableName: 'tab', Item: { p: { S: p }, s: { N: '99' }, text: { S: text } } })
    }
    const statement = "SELECT p FROM tab WHERE p IN ['p4','p3','p2','p1','p0'] AND s=99"
    const first = await execute(statement)
    expect(first.Items.map(({ p }) => p)).toEqual([{ S: 'p4' }, { S: 'p3' }, { S: 'p2' }, { S: 'p1' }])
    const second = await execute(statement, { NextToken: first.NextToken })
    expect(second.Items).toEqual([{ p: { S: 'p0' } }])
  })

  it('refuses a token that leads out of what the statement reads', async () => {
    const { NextToken = '' } = await execute("SELECT s FROM tab WHERE p='p1'", { Limit: 1 })
    const token = JSON.parse(atob(NextToken)) as { position: { p: { S: string } } }
    token.position.p.S = 'p2'
    const forged = btoa(JSON.stringify(token))
    await expect(execute("SELECT s FROM tab WHERE p='p1'", { NextToken: forged })).rejects.toThrow(
      'NextToken does not match request',
    )
  })

  it('keeps nothing of a batch that is refused', async () => {
    const statements = ["DELETE FROM tab WHERE p='p1' AND s=1", "UPDATE tab SET n=1 WHERE s=1 AND p='p1'"]
    const refused = engine.dispatch('BatchExecuteStatement', {
      Statements: statements.map((Statement) => ({ Statement })),
    })
    await expect(refused).rejects.toThrow('Provided list of item keys contains duplicates')
    expect((await execute("SELECT s FROM tab WHERE p='p1' AND s=1")).Items).toEqual([{ s: { N: '1' } }])
  })
})
