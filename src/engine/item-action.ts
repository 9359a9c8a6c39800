// One action on one item: what PutItem, UpdateItem and DeleteItem do once and a transaction does many times. Binding checks
// what can be checked without the table, locating what depends on the table's schema, deciding what depends on the item.
// All three are pure; applyAction writes.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import type { Condition } from '../expressions/condition.ts'
import type { DocumentPath } from '../expressions/document-path.ts'
import type { Update } from '../expressions/update.ts'
import type { AttributeSource, Key } from '../model/attribute-value.ts'
import { MAX_ITEM_SIZE_BYTES } from '../model/limits.ts'
import type { ConditionCheckInput, DeleteItemInput, PutItemInput, UpdateItemInput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { validationException } from '../model/service-exception.ts'
import { bindCondition } from './bind-condition.ts'
import { bindUpdate } from './bind-update.ts'
import type { CapacityTally } from './capacity.ts'
import { checkExpressionParameters, type ExpressionParameters } from './expression-parameters.ts'
import { type IncomingItem, incomingItem, incomingKey, packForTable, packPutItem } from './incoming-item.ts'
import { checkCondition } from './item-condition.ts'
import { checkIndexKeys, itemRowKey, keyRowKey } from './item-key.ts'
import { itemSource } from './item-source.ts'
import { checkKeyPaths } from './key-paths.ts'
import type { TableSchema } from './table-schema.ts'
import type { TableWriter } from './table-writer.ts'

/** To set a whole item. */
export interface PutAction {
  readonly kind: 'Put'
  readonly input: PutItemInput
  readonly condition: Condition | undefined
  readonly item: IncomingItem
}

/** To change attributes of an item, or make it. */
export interface UpdateAction {
  readonly kind: 'Update'
  readonly input: UpdateItemInput
  readonly condition: Condition | undefined
  readonly itemKey: Key
  /** Undefined to see to it that there is an item. */
  readonly update: Update | undefined
}

/** To remove an item. */
export interface DeleteAction {
  readonly kind: 'Delete'
  readonly input: DeleteItemInput
  readonly condition: Condition | undefined
  readonly itemKey: Key
}

/** To require something of an item that is not written. */
export interface ConditionCheckAction {
  readonly kind: 'ConditionCheck'
  readonly input: ConditionCheckInput
  readonly condition: Condition | undefined
  readonly itemKey: Key
}

/** One action on one item, bound. */
export type ItemAction = PutAction | UpdateAction | DeleteAction | ConditionCheckAction

/** Where an action's item lies. */
export interface LocatedAction {
  readonly key: ByteKey
  /** The item of a put, packed for its table. */
  readonly next: PackedItem | undefined
}

/** What an action makes of its item. */
export interface ActionEffect {
  readonly key: ByteKey
  readonly previous: PackedItem | undefined
  readonly next: PackedItem | undefined
  /** The places that an update names. */
  readonly updated: readonly DocumentPath[]
}

const CONDITION_PARAMETERS: ExpressionParameters = {
  expressions: ['ConditionExpression'],
  others: ['Expected', 'ConditionalOperator'],
}

const UPDATE_PARAMETERS: ExpressionParameters = {
  expressions: ['UpdateExpression', 'ConditionExpression'],
  others: ['AttributeUpdates', 'Expected', 'ConditionalOperator'],
}

const NOTHING_UPDATED: readonly DocumentPath[] = []

/**
 * Binds a put.
 *
 * @throws ServiceException `ValidationException`
 */
export function putAction(input: PutItemInput): PutAction {
  checkExpressionParameters(input, CONDITION_PARAMETERS)
  const item = incomingItem(input.Item)
  checkReturnValues(input.ReturnValues)
  return { kind: 'Put', input, item, condition: bindCondition(input) }
}

/**
 * Binds an update.
 *
 * @throws ServiceException `ValidationException`
 */
export function updateAction(input: UpdateItemInput): UpdateAction {
  checkExpressionParameters(input, UPDATE_PARAMETERS)
  const itemKey = incomingKey(input.Key)
  return { kind: 'Update', input, itemKey, ...bindUpdate(input) }
}

/**
 * Binds a removal.
 *
 * @throws ServiceException `ValidationException`
 */
export function deleteAction(input: DeleteItemInput): DeleteAction {
  checkExpressionParameters(input, CONDITION_PARAMETERS)
  const itemKey = incomingKey(input.Key)
  checkReturnValues(input.ReturnValues)
  return { kind: 'Delete', input, itemKey, condition: bindCondition(input) }
}

/**
 * Binds a check.
 *
 * @throws ServiceException `ValidationException`
 */
export function conditionCheckAction(input: ConditionCheckInput): ConditionCheckAction {
  checkExpressionParameters(input, CONDITION_PARAMETERS)
  return { kind: 'ConditionCheck', input, itemKey: incomingKey(input.Key), condition: bindCondition(input) }
}

/**
 * Finds the row of an action's item.
 *
 * @throws ServiceException `ValidationException` when the action does not fit the table's keys
 */
export function locateAction(writer: TableWriter, action: ItemAction): LocatedAction {
  const { table } = writer
  if (action.kind === 'Put') {
    const next = packPutItem(action.item, writer.dictionary)
    const key = itemRowKey(table, next)
    checkIndexKeys(table, next, 'put')
    checkKeyPaths(table, action.condition)
    return { key, next }
  }
  const key = keyRowKey(table, action.itemKey)
  checkKeyPaths(table, action.condition)
  if (action.kind === 'Update') {
    checkUpdatedNames(table, action.update)
    checkKeyPaths(table, action.update)
  }
  return { key, next: undefined }
}

/**
 * What an action makes of the item that is there.
 *
 * @param previous the item; undefined when there is none
 * @throws ServiceException `ConditionalCheckFailedException`; `ValidationException` when the item cannot be changed so
 */
export function decideAction(
  writer: TableWriter,
  action: ItemAction,
  { key, next }: LocatedAction,
  previous: PackedItem | undefined,
): ActionEffect {
  checkCondition(action.condition, previous, action.input.ReturnValuesOnConditionCheckFailure)
  switch (action.kind) {
    case 'Put':
      return { key, previous, next, updated: NOTHING_UPDATED }
    case 'Update':
      return { key, previous, ...applyUpdate(writer, action, previous) }
    case 'Delete':
      return { key, previous, next: undefined, updated: NOTHING_UPDATED }
    case 'ConditionCheck':
      return { key, previous, next: previous, updated: NOTHING_UPDATED }
  }
}

/** Writes what an action makes of its item. */
export function applyAction(
  writer: TableWriter,
  action: ItemAction,
  effect: ActionEffect,
  tally: CapacityTally | undefined,
): void {
  const { kind, input } = action
  writer.apply({ key: effect.key, previous: effect.previous, next: effect.next, action: { kind, input } }, tally)
}

/** The item that an action is about, or its key. */
export function touchedItem(action: ItemAction, { next }: ActionEffect): AttributeSource {
  if (action.kind !== 'Put') return itemSource(action.itemKey)
  assert(next !== undefined, 'A put leaves an item.')
  return next
}

function checkReturnValues(values: PutItemInput['ReturnValues']): void {
  if (values === undefined || values === 'ALL_OLD' || values === 'NONE') return
  throw validationException('ReturnValues can only be ALL_OLD or NONE')
}

/**
 * Refuses an update of what the item is found by.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkUpdatedNames(table: TableSchema, update: Update | undefined): void {
  if (update === undefined) return
  for (const { name } of table.keyAttributes) {
    if (!update.topLevelNames.has(name)) continue
    throw validationException(
      `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
    )
  }
}

function applyUpdate(
  writer: TableWriter,
  { update, itemKey }: UpdateAction,
  previous: PackedItem | undefined,
): Pick<ActionEffect, 'next' | 'updated'> {
  if (update === undefined) {
    return { next: previous ?? packForTable(itemKey, writer.dictionary), updated: NOTHING_UPDATED }
  }
  const { item, updated } = update.apply(previous?.toItem() ?? itemKey)
  const next = packForTable(item, writer.dictionary)
  if (next.sizeBytes > MAX_ITEM_SIZE_BYTES) {
    throw validationException('Item size to update has exceeded the maximum allowed size')
  }
  checkIndexKeys(writer.table, next, 'update')
  return { next, updated }
}
