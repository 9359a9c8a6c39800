// KeyConditions, the key conditions of before there were expressions, as what key condition expressions become.

import type { AttributeValue } from '../model/attribute-value.ts'
import { MAX_POSITION_ATTRIBUTES } from '../model/limits.ts'
import type { AttributeConditionInput } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import type { AttributeCondition } from './attribute-condition.ts'
import { eachAttributeCondition } from './attribute-conditions.ts'
import type { KeyCondition, QueriedKey } from './key-condition.ts'
import { matchConditions, type NamedCondition } from './match-key.ts'

/** More than any key has attributes: that there are more is all that becomes of them. */
const MAX_KEPT_CONDITIONS = MAX_POSITION_ATTRIBUTES + 1

/**
 * Binds `KeyConditions`.
 *
 * @param conditions in the API's shape, values untrusted
 * @returns matches them against the key of the table or index that is queried; it throws ValidationException when they
 *   do not fit it
 * @throws ServiceException ValidationException when one of them is not valid
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.KeyConditions.html
 */
export function keyConditions(
  conditions: Readonly<Record<string, AttributeConditionInput | null>>,
): (keys: QueriedKey) => KeyCondition {
  const named = new Map<string, NamedCondition>()
  eachAttributeCondition(conditions, (condition) => {
    if (named.size < MAX_KEPT_CONDITIONS) named.set(condition.name, namedCondition(condition))
  })
  if (named.size === 0) throw validationException('Conditions can be of length 1 or 2 only')
  return (keys) => matchConditions(named, keys)
}

function namedCondition({ operator, values }: AttributeCondition): NamedCondition {
  // How many there are has been checked.
  const [value, high] = values as [AttributeValue, AttributeValue]
  switch (operator) {
    case 'EQ':
      return { kind: '=', value }
    case 'LE':
      return { kind: '<=', value }
    case 'LT':
      return { kind: '<', value }
    case 'GE':
      return { kind: '>=', value }
    case 'GT':
      return { kind: '>', value }
    case 'BETWEEN':
      return { kind: 'BETWEEN', low: value, high }
    case 'BEGINS_WITH':
      return { kind: 'begins_with', prefix: value }
    default:
      return { kind: 'not indexable' }
  }
}
