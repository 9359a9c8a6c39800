// The limits of PartiQL's transactions.

import { beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../../../src/engine/engine.ts'
import { MAX_ITEM_SIZE_BYTES, MAX_TRANSACTION_SIZE_BYTES } from '../../../../src/model/limits.ts'
import { TABLE } from '../../../conformance/scripts/partiql-steps.ts'
import { engineFixture } from '../../../support/engine-fixture.ts'

const INSERT = "INSERT INTO tab VALUE {'p':?,'s':1,'t':?}"
const LARGE = 'x'.repeat(390_000)
const COUNT = 11

let engine: Engine

beforeEach(async () => {
  engine = engineFixture().engine
  await engine.dispatch('CreateTable', TABLE)
})

function insert(p: string, text: string): object {
  return { Statement: INSERT, Parameters: [{ S: p }, { S: text }] }
}

describe('ExecuteTransaction', () => {
  it('refuses to write more than 4 MB', async () => {
    const statements = Array.from({ length: COUNT }, (_, at) => insert(`p${at}`, LARGE))
    const sizeBytes = COUNT * (INSERT.length + LARGE.length) + 'p0p1p2p3p4p5p6p7p8p9p10'.length
    expect(sizeBytes).toBeGreaterThan(MAX_TRANSACTION_SIZE_BYTES)
    await expect(engine.dispatch('ExecuteTransaction', { TransactStatements: statements })).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Transaction payload size cannot exceed 4MB. Payload Size: ${sizeBytes}`,
    })
    await engine.dispatch('ExecuteTransaction', { TransactStatements: statements.slice(1) })
  })

  it('refuses to read more than 4 MB', async () => {
    for (let at = 0; at < COUNT; at++) await engine.dispatch('ExecuteStatement', insert(`p${at}`, LARGE))
    const reads = Array.from({ length: COUNT }, (_, at) => ({
      Statement: 'SELECT s FROM tab WHERE p=? AND s=1',
      Parameters: [{ S: `p${at}` }],
    }))
    const read = engine.dispatch('ExecuteTransaction', { TransactStatements: reads })
    await expect(read).rejects.toThrow('Payload in response is too large.')
    const fewer = engine.dispatch('ExecuteTransaction', { TransactStatements: reads.slice(1) })
    await expect(fewer).resolves.toMatchObject({ Responses: Array.from({ length: COUNT - 1 }, () => ({ Item: {} })) })
  })

  it('refuses the insert of an item that is too large', async () => {
    const statement = insert('p', 'x'.repeat(MAX_ITEM_SIZE_BYTES))
    const message = 'Item size has exceeded the maximum allowed size'
    const inserted = engine.dispatch('ExecuteTransaction', { TransactStatements: [statement] })
    await expect(inserted).rejects.toThrow(message)
    await expect(engine.dispatch('ExecuteStatement', statement)).rejects.toThrow(message)
  })
})
