// ExecuteStatement, once PartiQL is loaded.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { bindStatement } from '../../expressions/partiql/bind-statement.ts'
import type { BoundSelect, BoundWrite } from '../../expressions/partiql/bound-statement.ts'
import type { ExecuteStatementInput, ExecuteStatementOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import { consumedCapacity, tallyFor } from '../capacity.ts'
import { applyAction, decideAction, locateAction } from '../item-action.ts'
import type { EngineServices, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { openTableWriter } from '../table-writer.ts'
import { userWrite } from '../write-cause.ts'
import { decodeNextToken, encodeNextToken, type TokenRequest } from './next-token.ts'
import { returnedRow } from './returned-row.ts'
import { runSelect } from './run-select.ts'
import { onFailureOf, writeAction } from './statement-action.ts'
import { statementParameters } from './statement-parameters.ts'

/**
 * Answers an ExecuteStatement.
 *
 * @throws ServiceException as the service does
 */
export function executeStatement(
  services: EngineServices,
  input: ExecuteStatementInput,
  context: RequestContext,
): MaybePromise<ExecuteStatementOutput<OutputRow>> {
  const parameters = statementParameters(input.Parameters)
  const statement = bindStatement(input.Statement, parameters)
  switch (statement.kind) {
    case 'select':
      return read(services, { input, context, statement, request: { statement: input.Statement, parameters } })
    case 'exists':
      throw validationException('EXISTS can only be used in ExecuteTransaction write requests.')
    default:
      return write(services, { input, context, statement })
  }
}

interface Read {
  readonly input: ExecuteStatementInput
  readonly context: RequestContext
  readonly statement: BoundSelect
  readonly request: TokenRequest
}

function read(
  services: EngineServices,
  { input, context, statement, request }: Read,
): MaybePromise<ExecuteStatementOutput<OutputRow>> {
  const { NextToken, ConsistentRead, Limit, ReturnConsumedCapacity } = input
  const position = NextToken === undefined ? undefined : decodeNextToken(request, NextToken)
  const isConsistent = ConsistentRead === true
  return readSnapshot(services.store, isConsistent, (snapshot) =>
    after(
      runSelect(services, snapshot, {
        select: statement,
        isConsistent,
        position,
        limitItems: Limit,
        capacity: ReturnConsumedCapacity,
        context,
      }),
      ({ Items = [], LastEvaluatedKey, ConsumedCapacity }) => ({
        Items,
        ...(LastEvaluatedKey !== undefined && { NextToken: encodeNextToken(request, LastEvaluatedKey) }),
        ...(ConsumedCapacity !== undefined && { ConsumedCapacity }),
      }),
    ),
  )
}

interface Write {
  readonly input: ExecuteStatementInput
  readonly context: RequestContext
  readonly statement: BoundWrite
}

function write(
  { store, catalog, clock }: EngineServices,
  { input, context, statement }: Write,
): Promise<ExecuteStatementOutput<OutputRow>> {
  const cause = userWrite(clock)
  const onFailure = onFailureOf(input)
  return store.write((transaction) =>
    after(openTableWriter(catalog, transaction, statement.tableName, cause), (writer) => {
      const action = writeAction(writer.table, statement, onFailure)
      const located = locateAction(writer, action)
      return after(writer.read(located.key), (previous) => {
        const effect = decideAction(writer, action, located, previous)
        const tally = tallyFor(input.ReturnConsumedCapacity, statement.tableName)
        applyAction(writer, action, effect, tally)
        const row = returnedRow(statement, effect, context)
        return after(writer.finish(), () => ({ Items: row === undefined ? [] : [row], ...consumedCapacity(tally) }))
      })
    }),
  )
}
