// AttributeUpdates, the updates of before there were expressions, as what update expressions become.

import { eachMember } from '../base/large-objects.ts'
import { attributeType } from '../model/attribute-type.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import { checkAttributeName } from '../model/attribute-rules.ts'
import type { AttributeType, Item } from '../model/attribute-value.ts'
import type { AttributeValueUpdate } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import { canonicalValue } from '../model/validate-item.ts'
import { applyChanges, changeTree } from './apply-update.ts'
import type { BoundAction } from './bound-update.ts'
import type { Update } from './update.ts'

const INVALID = 'One or more parameter values were invalid:'
/** Lists too, other than in expressions: ADD appends to them. */
const ADDABLE: ReadonlySet<AttributeType> = new Set(['N', 'SS', 'NS', 'BS', 'L'])
const DELETABLE: ReadonlySet<AttributeType> = new Set(['SS', 'NS', 'BS'])

/**
 * Binds `AttributeUpdates`.
 *
 * @param updates in the API's shape, values untrusted
 * @throws ServiceException ValidationException
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValueUpdate.html
 */
export function attributeUpdates(updates: Readonly<Record<string, AttributeValueUpdate | null>>): Update {
  const actions: BoundAction[] = []
  eachMember(updates, (name, update) => actions.push(boundAction(name, update ?? {})))
  const changes = changeTree(actions)
  const updated = actions.map(({ path }) => path)
  return {
    topLevelNames: new Set(updated.map(([name]) => name)),
    nestedNames: new Set(),
    apply(item) {
      for (const action of actions) checkType(action, item)
      return { item: applyChanges(changes, item), updated }
    },
  }
}

function boundAction(name: string, { Action, Value }: AttributeValueUpdate): BoundAction {
  checkAttributeName(name)
  const path = [name] as const
  if (Value === undefined || Value === null) {
    if (Action === 'DELETE') return { kind: 'remove', path }
    throw validationException(`${INVALID} Only DELETE action is allowed when no attribute value is specified`)
  }
  const value = canonicalValue(Value)
  const type = attributeType(value)
  switch (Action) {
    case 'ADD':
      if (!ADDABLE.has(type)) throw validationException(`${INVALID} ADD action is not supported for the type ${type}`)
      return { kind: 'add', path, value }
    case 'DELETE':
      if (!DELETABLE.has(type)) {
        throw validationException(`${INVALID} DELETE action with value is not supported for the type ${type}`)
      }
      return { kind: 'delete', path, value }
    default:
      return { kind: 'set', path, value: { kind: 'value', value } }
  }
}

/** An attribute that is there has to be of the type that is added to it or deleted from it. */
function checkType(action: BoundAction, item: Item): void {
  if (action.kind !== 'add' && action.kind !== 'delete') return
  const old = ownAttribute(item, action.path[0])
  if (old === undefined || attributeType(old) === attributeType(action.value)) return
  throw validationException('Type mismatch for attribute to update')
}
