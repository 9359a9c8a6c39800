// PartiQL against plain functions: a SELECT finds what a filter finds, whatever its pages; a write does what the request does
// that is kept of it; and no text does anything but be answered or refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bindStatement } from '../../src/expressions/partiql/bind-statement.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { writeAction } from '../../src/engine/partiql/statement-action.ts'
import type { TableSchema } from '../../src/engine/table-schema.ts'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import { compareKeyValues } from '../../src/model/compare-values.ts'
import type { ExecuteStatementInput, ExecuteStatementOutput, ScanOutput } from '../../src/model/operations.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { TABLE } from '../conformance/scripts/partiql-steps.ts'
import { engineFixture } from '../support/engine-fixture.ts'
import { mutatedStatements, partiqlConditions, partiqlItems, pieceTexts } from '../support/partiql-arbitraries.ts'
import { replaySeed } from '../support/replay-seed.ts'

const TIMEOUT_MS = 60_000
const seed = replaySeed('PartiQL')

async function engineWith(items: readonly Item[]): Promise<Engine> {
  const { engine } = engineFixture()
  await engine.dispatch('CreateTable', TABLE)
  const requests = items.map((item) => ({ PutRequest: { Item: item } }))
  await engine.dispatch('BatchWriteItem', { RequestItems: { tab: requests } })
  return engine
}

/** All pages of a statement. */
async function allItems(engine: Engine, input: ExecuteStatementInput): Promise<readonly Item[]> {
  const found: Item[] = []
  let NextToken: string | undefined
  do {
    const page = (await engine.dispatch('ExecuteStatement', {
      ...input,
      ...(NextToken !== undefined && { NextToken }),
    })) as ExecuteStatementOutput
    found.push(...page.Items)
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return found
}

async function tableItems(engine: Engine): Promise<readonly Item[]> {
  const { Items = [] } = (await engine.dispatch('Scan', { TableName: 'tab' })) as ScanOutput
  return inKeyOrder(Items)
}

function inKeyOrder(items: readonly Item[]): readonly Item[] {
  return [...items].sort((one, other) => compareKeys(one, other, 'p') || compareKeys(one, other, 's'))
}

function compareKeys(one: Item, other: Item, name: string): number {
  return compareKeyValues(one[name] as AttributeValue, other[name] as AttributeValue)
}

/** The answer, or undefined when it is refused: between whose bounds are the wrong way round, for one. */
async function accepted<T>(answer: () => Promise<T>): Promise<T | undefined> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof ServiceException) return undefined
    throw error
  }
}

describe('a SELECT', () => {
  it('finds what a plain filter finds, on pages of any size', { timeout: TIMEOUT_MS }, async () => {
    let acceptedCount = 0
    const property = fc.asyncProperty(
      partiqlItems,
      partiqlConditions,
      fc.integer({ min: 1, max: 5 }),
      async (items, condition, Limit) => {
        const engine = await engineWith(items)
        const Statement = `SELECT * FROM tab WHERE ${condition.text}`
        const found = await accepted(() => allItems(engine, { Statement, Limit }))
        await engine.close()
        if (found === undefined) return
        acceptedCount++
        expect(inKeyOrder(found)).toEqual(inKeyOrder(items.filter((item) => condition.holds(item))))
      },
    )
    await fc.assert(property, { seed, numRuns: 300 })
    expect(acceptedCount).toBeGreaterThan(100)
  })

  it('orders partitions and items as ORDER BY asks', { timeout: TIMEOUT_MS }, async () => {
    const property = fc.asyncProperty(
      partiqlItems,
      partiqlConditions,
      fc.boolean(),
      fc.boolean(),
      async (items, condition, isDown, isItemDown) => {
        const engine = await engineWith(items)
        const Statement = `SELECT * FROM tab WHERE p IN ['b', 'ab', 'a'] AND (${condition.text}) ORDER BY p ${isDown ? 'DESC' : 'ASC'}, s ${isItemDown ? 'DESC' : ''}`
        const found = await accepted(() => allItems(engine, { Statement, Limit: 2 }))
        await engine.close()
        if (found === undefined) return
        const expected = items
          .filter((item) => condition.holds(item))
          .sort(
            (one, other) =>
              compareKeys(one, other, 'p') * (isDown ? -1 : 1) || compareKeys(one, other, 's') * (isItemDown ? -1 : 1),
          )
        expect(found).toEqual(expected)
      },
    )
    await fc.assert(property, { seed, numRuns: 100 })
  })
})

const CHANGES: readonly string[] = [
  'SET n = 1',
  "SET u = 'x', v = u",
  'SET n = u + 1',
  'SET n = 5 - u + 2',
  'SET w = if_not_exists(u, v)',
  'SET w = list_append(w, [1, [2]])',
  "SET w = set_add(w, <<'a','c'>>)",
  "SET w = set_delete(w, <<'a','b'>>)",
  'SET w[1] = ?',
  'SET "w".x.y = ?',
  'SET w.x = ? REMOVE u REMOVE v',
  'REMOVE w[0] SET m = w',
]

describe('a statement that writes', () => {
  const table = {
    keyAttributes: [
      { name: 'p', type: 'S' },
      { name: 's', type: 'N' },
    ],
  } as unknown as TableSchema

  it('does what the request does that is kept of it', { timeout: TIMEOUT_MS }, async () => {
    const statements = fc.oneof(
      fc
        .tuple(fc.constantFrom(...CHANGES), partiqlConditions)
        .map(([changes, { text }]) => `UPDATE tab ${changes} WHERE p='a' AND s=1 AND (${text})`),
      fc.constantFrom(...CHANGES).map((changes) => `UPDATE tab ${changes} WHERE p='a' AND s=1`),
      partiqlConditions.map(({ text }) => `DELETE FROM tab WHERE s=1 AND (${text}) AND p='a'`),
      fc.constant("INSERT INTO tab VALUE {'p':'a','s':1,'q':?}"),
    )
    let writtenCount = 0
    const property = fc.asyncProperty(partiqlItems, statements, async (items, Statement) => {
      const Parameters: readonly AttributeValue[] = [{ S: 'parameter' }]
      const [one, other] = [await engineWith(items), await engineWith(items)]
      const answer = await accepted(() => one.dispatch('ExecuteStatement', { Statement, Parameters }))
      const bound = bindOrNothing(Statement, Parameters)
      if (bound !== undefined) {
        const { kind, input } = bound
        const done = await accepted(() => other.dispatch(`${kind}Item`, input))
        expect(done !== undefined).toBe(answer !== undefined)
      }
      expect(await tableItems(one)).toEqual(await tableItems(other))
      if (answer !== undefined) writtenCount++
      await one.close()
      await other.close()
    })
    await fc.assert(property, { seed, numRuns: 200 })
    expect(writtenCount).toBeGreaterThan(10)
  })

  function bindOrNothing(
    text: string,
    parameters: readonly AttributeValue[],
  ): ReturnType<typeof writeAction> | undefined {
    try {
      const statement = bindStatement(text, parameters)
      if (statement.kind === 'select' || statement.kind === 'exists') return undefined
      return writeAction(table, statement, {})
    } catch (error) {
      if (error instanceof ServiceException) return undefined
      throw error
    }
  }
})

describe('any text', () => {
  it.each([
    ['of pieces of the language', pieceTexts],
    ['that a mutation made of a statement', mutatedStatements],
    ['at all', fc.string({ unit: 'binary', maxLength: 60 })],
  ])('%s is answered or refused', { timeout: TIMEOUT_MS }, async (_, texts) => {
    const engine = await engineWith([{ p: { S: 'a' }, s: { N: '1' }, u: { N: '1' }, l: { N: '2' } }])
    const property = fc.asyncProperty(texts, async (Statement) => {
      const Parameters = [{ S: 'a' }, { N: '1' }]
      const answers = await Promise.allSettled([
        engine.dispatch('ExecuteStatement', { Statement, Parameters }),
        engine.dispatch('BatchExecuteStatement', { Statements: [{ Statement, Parameters }] }),
        engine.dispatch('ExecuteTransaction', { TransactStatements: [{ Statement, Parameters }] }),
      ])
      for (const answer of answers) {
        if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(ServiceException)
      }
    })
    await fc.assert(property, { seed, numRuns: 1000 })
    await engine.close()
  })
})
