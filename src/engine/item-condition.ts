// The condition of a write on the item as it is before it.

import type { Condition } from '../expressions/condition.ts'
import type { AttributeSource } from '../model/attribute-value.ts'
import type { ConditionInput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'

/** What conditions are evaluated on when there is no item. */
const NO_ITEM: AttributeSource = { attribute: () => undefined }

/**
 * Refuses a write whose condition does not hold.
 *
 * @param current the item before the write; undefined when there is none
 * @throws ServiceException `ConditionalCheckFailedException`, with the item if the request asks for it
 */
export function checkCondition(
  condition: Condition | undefined,
  current: PackedItem | undefined,
  onFailure: ConditionInput['ReturnValuesOnConditionCheckFailure'],
): void {
  if (condition === undefined || condition.evaluate(current ?? NO_ITEM)) return
  const fields = onFailure === 'ALL_OLD' && current !== undefined ? { Item: current.toItem() } : {}
  throw new ServiceException('ConditionalCheckFailedException', 'The conditional request failed', fields)
}
