// What an app sees of a mutation that waits or was put aside (the requests), and what it may put in its place.

import type { Catalog } from '../engine/catalog.ts'
import type { IntentAction, IntentKind, IntentRequest } from '../engine/intent.ts'
import { checkUpdatedNames, updateAction } from '../engine/item-action.ts'
import { keyRowKey } from '../engine/item-key.ts'
import { DatabaseError } from '../base/database-error.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { UpdateItemInput } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import { canonicalItem } from '../model/validate-item.ts'
import type { Reader } from '../storage/contract.ts'
import { checkAction } from './replay-action.ts'

/** A write of one item. */
export interface WriteRequest {
  readonly kind: IntentKind
  readonly request: IntentRequest
}

/** The requests of an intent. */
export function requestsOf(actions: readonly IntentAction[]): readonly WriteRequest[] {
  return actions.map(({ kind, request }) => ({ kind, request }))
}

/**
 * The actions of requests that an app has edited.
 *
 * @throws ServiceException ValidationException, `ResourceNotFoundException`
 * @throws DatabaseError `InvalidOption` for a table that is not replicated, or for no request at all
 */
export async function actionsOf(
  catalog: Catalog,
  reader: Reader,
  requests: readonly WriteRequest[],
): Promise<readonly IntentAction[]> {
  if (requests.length === 0)
    throw new DatabaseError('InvalidOption', 'A write is a request at least: discard it instead.')
  const actions: IntentAction[] = []
  for (const { kind, request } of requests) {
    const table = await catalog.requireNamed(reader, request.TableName)
    if (table.record.replication === undefined) {
      const message = `Table ${table.name} is not replicated.`
      throw new DatabaseError('InvalidOption', message, { data: { tableName: table.name } })
    }
    const source = canonicalItem(kind === 'Put' ? request.Item : request.Key)
    const names = table.positionNames.filter((name) => ownAttribute(source, name) !== undefined)
    const key = Object.fromEntries(names.map((name) => [name, source[name]] as const))
    const action = { kind, request, tableId: table.record.tableId, key: keyRowKey(table, key as typeof source) }
    checkAction(action)
    if (kind === 'Update') checkUpdatedNames(table, updateAction(request as unknown as UpdateItemInput).update)
    if (actions.some((other) => other.key === action.key)) {
      throw validationException('Transaction request cannot include multiple operations on one item')
    }
    actions.push(action)
  }
  return actions
}
