// BatchExecuteStatement: up to 25 PartiQL statements, each for itself. The language is loaded by the first request that
// needs it.

import type { BatchExecuteStatementInput } from '../../model/operations.ts'
import type { Operation } from '../operation.ts'
import { batchExecuteStatementShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
export const batchExecuteStatement: Operation<BatchExecuteStatementInput> = {
  shape: batchExecuteStatementShape,
  async run(services, input, context) {
    const partiql = await import('../partiql/execute.ts')
    return partiql.batchExecuteStatement(services, input, context)
  },
}
