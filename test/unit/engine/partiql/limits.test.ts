// The limits of PartiQL's requests: at the limit they are taken, one beyond it they are refused.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../../../src/engine/engine.ts'
import {
  MAX_BATCH_STATEMENTS,
  MAX_NEXT_TOKEN_CHARS,
  MAX_STATEMENT_CHARS,
  MAX_TRANSACTION_ITEMS,
} from '../../../../src/model/limits.ts'
import { TABLE } from '../../../conformance/scripts/partiql-steps.ts'
import { engineFixture } from '../../../support/engine-fixture.ts'

let engine: Engine

beforeEach(async () => {
  engine = engineFixture().engine
  await engine.dispatch('CreateTable', TABLE)
})

/** A statement of this many characters. */
function statementOf(sizeChars: number): string {
  const statement = "SELECT s FROM tab WHERE p='a' "
  return statement.padEnd(sizeChars, '-')
}

function reads(count: number): readonly object[] {
  return Array.from({ length: count }, (_, at) => ({ Statement: `SELECT s FROM tab WHERE p='a' AND s=${at}` }))
}

const TAKEN: readonly (readonly [string, string, object])[] = [
  ['a statement of 8,192 characters', 'ExecuteStatement', { Statement: statementOf(MAX_STATEMENT_CHARS) }],
  ['a batch of 25 statements', 'BatchExecuteStatement', { Statements: reads(MAX_BATCH_STATEMENTS) }],
  ['a transaction of 100 statements', 'ExecuteTransaction', { TransactStatements: reads(MAX_TRANSACTION_ITEMS) }],
]

const REFUSED: readonly (readonly [string, string, object, string])[] = [
  [
    'a statement of 8,193 characters',
    'ExecuteStatement',
    { Statement: statementOf(MAX_STATEMENT_CHARS + 1) },
    "at 'statement' failed to satisfy constraint: Member must have length less than or equal to 8192",
  ],
  [
    'a long statement in a batch',
    'BatchExecuteStatement',
    { Statements: [{ Statement: statementOf(MAX_STATEMENT_CHARS + 1) }] },
    "at 'statements.1.member.statement' failed to satisfy constraint: Member must have length less than or equal to 8192",
  ],
  [
    'a token of 32,769 characters',
    'ExecuteStatement',
    { Statement: statementOf(40), NextToken: 'x'.repeat(MAX_NEXT_TOKEN_CHARS + 1) },
    "at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to 32768",
  ],
  [
    'a batch of 26 statements',
    'BatchExecuteStatement',
    { Statements: reads(MAX_BATCH_STATEMENTS + 1) },
    "at 'statements' failed to satisfy constraint: Member must have length less than or equal to 25",
  ],
  [
    'a transaction of 101 statements',
    'ExecuteTransaction',
    { TransactStatements: reads(MAX_TRANSACTION_ITEMS + 1) },
    "at 'transactStatements' failed to satisfy constraint: Member must have length less than or equal to 100",
  ],
]

describe('PartiQL', () => {
  it.each(TAKEN)('takes %s', async (_, operation, input) => {
    await expect(engine.dispatch(operation, input)).resolves.toBeDefined()
  })

  it.each(REFUSED)('refuses %s', async (_, operation, input, problem) => {
    const refusal = engine.dispatch(operation, input)
    await expect(refusal).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(refusal).rejects.toThrow(problem)
  })
})
