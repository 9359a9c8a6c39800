// The README's table of operations says what the code does.

import { readFileSync } from 'node:fs'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { systemClock } from '../../src/base/clock.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { findOperation } from '../../src/engine/operations/registry.ts'
import { STREAMS_OPERATIONS, TABLE_OPERATIONS } from '../../src/model/service-operations.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { withOperationTable } from '../support/operation-table.ts'

const NAMES = [...Object.keys(TABLE_OPERATIONS), ...Object.keys(STREAMS_OPERATIONS)]

describe('the table of operations', () => {
  it('stands in the README as the code has it', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(readme, 'npx tsx test/support/record-operations.ts').toBe(withOperationTable(readme))
  })

  it('has every operation of the SDK', () => {
    const methods = Object.getOwnPropertyNames(DynamoDB.prototype).filter((name) => /^[a-z]/.test(name))
    const operations = methods.map((name) => name.charAt(0).toUpperCase() + name.slice(1))
    const isOperation = (name: string): boolean => name !== 'Constructor' && !/^(?:Paginate|WaitUntil)/.test(name)
    expect(operations.filter(isOperation).sort()).toEqual(Object.keys(TABLE_OPERATIONS).sort())
  })
})

describe('an operation of the service that is not answered', () => {
  it.for(NAMES.filter((name) => findOperation(name) === undefined))(
    'is unknown, as the service says it: %s',
    async (name) => {
      const engine = createEngine({ store: createMemoryStore(), clock: systemClock, random: seededRandom(1) })
      await expect(engine.dispatch(name, {})).rejects.toMatchObject({
        name: 'UnknownOperationException',
        message: 'An unknown operation was requested.',
      })
      await engine.close()
    },
  )
})
