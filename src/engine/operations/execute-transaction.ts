// ExecuteTransaction: up to 100 PartiQL statements, all of them or none. The language is loaded by the first request that
// needs it.

import type { ExecuteTransactionInput } from '../../model/operations.ts'
import type { Operation } from '../operation.ts'
import { executeTransactionShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html */
export const executeTransaction: Operation<ExecuteTransactionInput> = {
  shape: executeTransactionShape,
  async run(services, input, context) {
    const partiql = await import('../partiql/execute.ts')
    return partiql.executeTransaction(services, input, context)
  },
}
