// TransactWriteItems: up to 100 actions on items of any tables, all of them or none. Writes come one after another here, so
// that no transaction meets another one half way: TransactionConflict does not happen.

import { textSizeBytes } from '../../base/utf8.ts'
import type { AttributeValue, Item } from '../../model/attribute-value.ts'
import { itemSizeBytes, valueSizeBytes } from '../../model/item-size.ts'
import { MAX_TRANSACTION_SIZE_BYTES } from '../../model/limits.ts'
import type { TransactWriteItem, TransactWriteItemsInput, TransactWriteItemsOutput } from '../../model/operations.ts'
import { PackedItem } from '../../model/packed-item.ts'
import { validationException } from '../../model/service-exception.ts'
import { canonicalValue } from '../../model/validate-item.ts'
import type { StructureShape } from '../constraint.ts'
import { checkItemSize, incomingKeySizeBytes } from '../incoming-item.ts'
import { conditionCheckAction, deleteAction, type ItemAction, putAction, updateAction } from '../item-action.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { transactActionShapes, transactWriteItemsShape } from '../request-shapes.ts'
import { runTransaction } from '../run-transaction.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const transactWriteItems: Operation<TransactWriteItemsInput> = { shape: transactWriteItemsShape, run }

type Kind = keyof typeof transactActionShapes
const KINDS = Object.keys(transactActionShapes) as readonly Kind[]

function run(services: EngineServices, input: TransactWriteItemsInput): Promise<TransactWriteItemsOutput> {
  const actions = input.TransactItems.map(itemAction)
  checkSize(actions)
  return runTransaction(services, {
    operation: 'TransactWriteItems',
    input,
    identity: input.TransactItems,
    actions,
  })
}

function itemAction(item: TransactWriteItem): ItemAction {
  const [kind, ...others] = KINDS.filter((name) => item[name] !== undefined)
  if (others.length > 0) {
    throw validationException('TransactItems can only contain one of Check, Put, Update or Delete')
  }
  switch (kind) {
    case 'Put': {
      const action = putAction(parametersOf(item, kind))
      // Other than for PutItem, the service looks at this before it looks for the table.
      checkItemSize(action.item)
      return action
    }
    case 'Update':
      return updateAction(parametersOf(item, kind))
    case 'Delete':
      return deleteAction(parametersOf(item, kind))
    case 'ConditionCheck':
      return conditionCheckAction(parametersOf(item, kind))
    default:
      throw validationException('Invalid Request: TransactWriteRequest should contain Delete or Put or Update request')
  }
}

/** Parameters that only single writes have (those of before expressions, ReturnValues) mean nothing here. */
function parametersOf<K extends Kind>(item: TransactWriteItem, kind: K): NonNullable<TransactWriteItem[K]> {
  const { members }: StructureShape = transactActionShapes[kind]
  const given = Object.entries(item[kind] ?? {}).filter(([name]) => Object.hasOwn(members, name))
  return Object.fromEntries(given) as NonNullable<TransactWriteItem[K]>
}

function checkSize(actions: readonly ItemAction[]): void {
  let sizeBytes = 0
  for (const action of actions) sizeBytes += payloadSizeBytes(action)
  if (sizeBytes <= MAX_TRANSACTION_SIZE_BYTES) return
  throw validationException(`Transaction payload size cannot exceed 4MB. Payload Size: ${sizeBytes}`)
}

/** An item counts as itself, everything else by what the request says of it: key, expressions, values. */
function payloadSizeBytes(action: ItemAction): number {
  const { ConditionExpression = '', ExpressionAttributeValues = {} } = action.input
  let sizeBytes = textSizeBytes(ConditionExpression) + valuesSizeBytes(ExpressionAttributeValues)
  if (action.kind === 'Put') return sizeBytes + sizeOf(action.item)
  if (action.kind === 'Update') sizeBytes += textSizeBytes(action.input.UpdateExpression ?? '')
  return sizeBytes + incomingKeySizeBytes(action.input.Key, action.itemKey)
}

function sizeOf(item: Item | PackedItem): number {
  return item instanceof PackedItem ? item.sizeBytes : itemSizeBytes(item)
}

function valuesSizeBytes(values: Readonly<Record<string, AttributeValue>>): number {
  let sizeBytes = 0
  for (const value of Object.values(values)) sizeBytes += valueSizeBytes(canonicalValue(value))
  return sizeBytes
}
