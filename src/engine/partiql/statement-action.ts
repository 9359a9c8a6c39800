// A statement that writes as an action on its item: the same that PutItem, UpdateItem and DeleteItem do. The action brings the
// request that does the same, for where writes are replicated.

import { assert } from '../../base/assert.ts'
import { compileCondition } from '../../expressions/compile-condition.ts'
import type { Condition } from '../../expressions/condition.ts'
import type {
  BoundDelete,
  BoundExists,
  BoundInsert,
  BoundUpdate,
  BoundWrite,
  Conjunct,
  Where,
} from '../../expressions/partiql/bound-statement.ts'
import { printCondition, printUpdate } from '../../expressions/print-expression.ts'
import type { ConditionSyntax } from '../../expressions/syntax-tree.ts'
import { ownAttribute } from '../../model/attribute-map.ts'
import type { AttributeSource } from '../../model/attribute-value.ts'
import type { ConditionInput } from '../../model/operations.ts'
import { ServiceException, validationException } from '../../model/service-exception.ts'
import { incomingItem } from '../incoming-item.ts'
import type { ConditionCheckAction, DeleteAction, PutAction, UpdateAction } from '../item-action.ts'
import type { TableSchema } from '../table-schema.ts'
import { joined } from './conjuncts.ts'
import { checkKeyValue } from './key-types.ts'
import { singleItem, writtenItem } from './single-item.ts'

const KEY_NAME = '#k'
const NOTHING: ReadonlySet<string> = new Set()

/** Whether a failed condition brings the item that failed it. */
type OnFailure = Pick<ConditionInput, 'ReturnValuesOnConditionCheckFailure'>

/** What a request says of failed conditions; nothing when it says nothing. */
export function onFailureOf({ ReturnValuesOnConditionCheckFailure: onFailure }: OnFailure): OnFailure {
  return onFailure === undefined ? {} : { ReturnValuesOnConditionCheckFailure: onFailure }
}

/**
 * The action of a statement that writes.
 *
 * @param onFailure the request's member ReturnValuesOnConditionCheckFailure, if it has one
 * @throws ServiceException ValidationException when the statement does not fit its table
 */
export function writeAction(
  table: TableSchema,
  statement: BoundWrite,
  onFailure: OnFailure,
): PutAction | UpdateAction | DeleteAction {
  switch (statement.kind) {
    case 'insert':
      return putAction(table, statement, onFailure)
    case 'update':
      return updateAction(table, statement, onFailure)
    case 'delete':
      return deleteAction(table, statement, onFailure)
  }
}

/**
 * The action of EXISTS.
 *
 * @returns undefined when it is not about one item, on a condition beside its key
 * @throws ServiceException ValidationException when a value cannot be that of the key
 */
export function existsAction(
  table: TableSchema,
  { select, placeholdersOf }: BoundExists,
  onFailure: OnFailure,
): ConditionCheckAction | undefined {
  const item = select.indexName === undefined ? singleItem(table, select.where) : undefined
  if (item === undefined || select.where === undefined || item.others.length === 0) return undefined
  const ConditionExpression = printCondition(conditionSyntax(item.others))
  const input = {
    TableName: select.tableName,
    Key: item.key,
    ConditionExpression,
    ...placeholdersOf([ConditionExpression]),
    ...onFailure,
  }
  return { kind: 'ConditionCheck', input, itemKey: item.key, condition: conditionOf(select.where, item.others) }
}

function putAction(table: TableSchema, { tableName, item }: BoundInsert, onFailure: OnFailure): PutAction {
  for (const attribute of table.keyAttributes) {
    const value = ownAttribute(item, attribute.name)
    if (value === undefined) {
      throw validationException(`Key attribute should be present in the item: Key ${attribute.name}`)
    }
    checkKeyValue(attribute, value)
  }
  const keyName = firstKeyName(table)
  const input = {
    TableName: tableName,
    Item: item,
    ConditionExpression: `attribute_not_exists(${KEY_NAME})`,
    ExpressionAttributeNames: { [KEY_NAME]: keyName },
    ...onFailure,
  }
  return { kind: 'Put', input, item: incomingItem(item), condition: isNew(keyName) }
}

/** Refuses an item that is there in words of its own. */
function isNew(keyName: string): Condition {
  return {
    topLevelNames: NOTHING,
    nestedNames: NOTHING,
    evaluate(source) {
      if (source.attribute(keyName) === undefined) return true
      throw new ServiceException('DuplicateItemException', 'Duplicate primary key exists in table')
    },
  }
}

function updateAction(table: TableSchema, statement: BoundUpdate, onFailure: OnFailure): UpdateAction {
  const { tableName, update, updateSyntax, where } = statement
  const { key, others } = writtenItem(table, where)
  const keyName = firstKeyName(table)
  const UpdateExpression = printUpdate(updateSyntax)
  const ConditionExpression = printCondition(conditionSyntax(others, EXISTS))
  const { ExpressionAttributeNames, ...values } = statement.placeholdersOf([UpdateExpression, ConditionExpression])
  const input = {
    TableName: tableName,
    Key: key,
    UpdateExpression,
    ConditionExpression,
    ...values,
    ExpressionAttributeNames: { ...ExpressionAttributeNames, [KEY_NAME]: keyName },
    ...onFailure,
  }
  const condition = conditionOf(where, others, (source) => source.attribute(keyName) !== undefined)
  return { kind: 'Update', input, itemKey: key, update, condition }
}

function deleteAction(table: TableSchema, statement: BoundDelete, onFailure: OnFailure): DeleteAction {
  const { tableName, where } = statement
  const { key, others } = writtenItem(table, where)
  const condition = others.length === 0 ? undefined : printCondition(conditionSyntax(others))
  const input = {
    TableName: tableName,
    Key: key,
    ...(condition !== undefined && { ConditionExpression: condition, ...statement.placeholdersOf([condition]) }),
    ...onFailure,
  }
  return {
    kind: 'Delete',
    input,
    itemKey: key,
    condition: condition === undefined ? undefined : conditionOf(where, others),
  }
}

const EXISTS: ConditionSyntax = {
  kind: 'function',
  name: 'attribute_exists',
  operands: [{ kind: 'path', elements: [{ kind: 'placeholder', text: KEY_NAME }] }],
}

function conditionSyntax(conjuncts: readonly Conjunct[], ...first: readonly ConditionSyntax[]): ConditionSyntax {
  const conditions = [...first, ...conjuncts.map(({ syntax }) => syntax)]
  const [only] = conditions
  return conditions.length === 1 && only !== undefined ? only : { kind: 'and', conditions }
}

/** @param first has to hold before anything else is looked at */
function conditionOf(
  { topLevelNames, nestedNames }: Where,
  conjuncts: readonly Conjunct[],
  first: (source: AttributeSource) => boolean = () => true,
): Condition {
  const others = conjuncts.length === 0 ? undefined : compileCondition(joined(conjuncts))
  return {
    topLevelNames,
    nestedNames,
    evaluate: (source) => first(source) && (others === undefined || others(source)),
  }
}

function firstKeyName(table: TableSchema): string {
  const [first] = table.keyAttributes
  assert(first !== undefined, 'Every table has a partition key.')
  return first.name
}
