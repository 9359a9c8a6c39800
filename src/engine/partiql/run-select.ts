// Runs a SELECT on a snapshot.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { ReadPageInput, ReadPageOutput } from '../../model/operations.ts'
import type { Reader } from '../../storage/contract.ts'
import type { EngineServices, RequestContext } from '../operation.ts'
import type { OutputRow } from '../output-row.ts'
import { readPage } from '../read-page.ts'
import { selectPlan, type SelectRequest } from './select-plan.ts'

/** A page of a SELECT, and how it is wanted. */
export interface SelectPage extends SelectRequest {
  readonly limitItems: number | undefined
  readonly capacity: ReadPageInput['ReturnConsumedCapacity']
  readonly context: RequestContext
}

/**
 * Reads a page of a SELECT.
 *
 * @throws ServiceException ValidationException when the statement does not fit its table, ResourceNotFoundException
 */
export function runSelect(
  { catalog }: EngineServices,
  reader: Reader,
  page: SelectPage,
): MaybePromise<ReadPageOutput<OutputRow>> {
  const { select, isConsistent, limitItems, capacity, context } = page
  return after(catalog.require(reader, select.tableName), (table) => {
    const source = selectPlan(table, page)
    return after(catalog.dictionary(reader, table), (dictionary) =>
      readPage({
        ...source,
        reader,
        dictionary,
        context,
        input: {
          TableName: select.tableName,
          ConsistentRead: isConsistent,
          ...(limitItems !== undefined && { Limit: limitItems }),
          ...(capacity !== undefined && { ReturnConsumedCapacity: capacity }),
        },
      }),
    )
  })
}
