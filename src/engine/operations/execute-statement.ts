// ExecuteStatement: one PartiQL statement. The language is loaded by the first request that needs it.

import type { ExecuteStatementInput } from '../../model/operations.ts'
import type { Operation } from '../operation.ts'
import { executeStatementShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html */
export const executeStatement: Operation<ExecuteStatementInput> = {
  shape: executeStatementShape,
  async run(services, input, context) {
    const partiql = await import('../partiql/execute.ts')
    return partiql.executeStatement(services, input, context)
  },
}
