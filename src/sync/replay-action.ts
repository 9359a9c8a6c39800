// Does a queued action again, on whatever the item has become: pure, from the item before to the item after.

import { bindCondition } from '../engine/bind-condition.ts'
import { bindUpdate } from '../engine/bind-update.ts'
import { hasExpired } from '../engine/expiry-index.ts'
import type { IntentAction } from '../engine/intent.ts'
import type { Condition } from '../expressions/condition.ts'
import type { DocumentPath } from '../expressions/document-path.ts'
import type { Update } from '../expressions/update.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeSource, Item } from '../model/attribute-value.ts'
import { itemSizeBytes } from '../model/item-size.ts'
import { MAX_ITEM_SIZE_BYTES } from '../model/limits.ts'
import type { PutItemInput, UpdateItemInput } from '../model/operations.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { canonicalItem } from '../model/validate-item.ts'

interface BoundIntentAction {
  readonly condition: Condition | undefined
  /** Of a Put. */
  readonly item: Item | undefined
  /** Of an Update. */
  readonly update: Update | undefined
  readonly key: Item
}

const NO_ITEM: AttributeSource = { attribute: () => undefined }

/** Actions are replayed often; they never change. */
const boundActions = new WeakMap<IntentAction, BoundIntentAction>()

/**
 * What an action makes of an item.
 *
 * @param current undefined when there is no item
 * @returns undefined when there is none afterwards
 * @throws ServiceException `ConditionalCheckFailedException` when its condition does not hold, ValidationException when
 *   it cannot be done to this item
 */
export function replayAction(action: IntentAction, current: Item | undefined): Item | undefined {
  const bound = bind(action)
  const seen = seenBy(action, current)
  checkCondition(bound, seen)
  switch (action.kind) {
    case 'Put':
      return bound.item
    case 'Delete':
      return undefined
    case 'ConditionCheck':
      return current
    case 'Update':
      return updated(bound, seen)
  }
}

/**
 * Whether an action's condition holds, and nothing else.
 *
 * @throws ServiceException `ConditionalCheckFailedException` when it does not
 */
export function recheckAction(action: IntentAction, current: Item | undefined): void {
  checkCondition(bind(action), seenBy(action, current))
}

/** Whether an action requires something of its item. */
export function hasCondition(action: IntentAction): boolean {
  return bind(action).condition !== undefined
}

/** The item as an action sees it: one that had expired when it was made where there was none is not there. */
export function seenBy({ expiry }: IntentAction, current: Item | undefined): Item | undefined {
  if (expiry === undefined || current === undefined) return current
  return hasExpired(ownAttribute(current, expiry.attribute), expiry.atMs) ? undefined : current
}

/**
 * Sees to it that an action could be done to some item.
 *
 * @throws ServiceException ValidationException
 */
export function checkAction(action: IntentAction): void {
  bind(action)
}

/** The places that an update sets without regard to what they hold; undefined when they are the whole item. */
export function overwrittenPaths(action: IntentAction): readonly DocumentPath[] | undefined {
  if (action.kind === 'ConditionCheck') return []
  if (action.kind !== 'Update') return undefined
  const { update } = bind(action)
  if (update === undefined) return []
  return update.overwrites?.() ?? [...update.topLevelNames].map((name) => [name] as const)
}

function bind(action: IntentAction): BoundIntentAction {
  const known = boundActions.get(action)
  if (known !== undefined) return known
  const bound = bindRequest(action)
  boundActions.set(action, bound)
  return bound
}

/** The request was checked when it was made. */
function bindRequest({ kind, request }: IntentAction): BoundIntentAction {
  const key = canonicalItem(request.Key ?? request.Item)
  if (kind !== 'Update') {
    const item = kind === 'Put' ? canonicalItem(request.Item) : undefined
    return { condition: bindCondition(request as unknown as PutItemInput), item, update: undefined, key }
  }
  return { item: undefined, key, ...bindUpdate(request as unknown as UpdateItemInput) }
}

function checkCondition({ condition }: BoundIntentAction, current: Item | undefined): void {
  if (condition === undefined) return
  const source = current === undefined ? NO_ITEM : { attribute: (name: string) => ownAttribute(current, name) }
  if (condition.evaluate(source)) return
  const fields = current === undefined ? {} : { Item: current }
  throw new ServiceException('ConditionalCheckFailedException', 'The conditional request failed', fields)
}

function updated({ update, key }: BoundIntentAction, current: Item | undefined): Item {
  const { item } = update?.apply(current ?? key) ?? { item: current ?? key }
  if (itemSizeBytes(item) > MAX_ITEM_SIZE_BYTES) {
    throw validationException('Item size to update has exceeded the maximum allowed size')
  }
  return item
}
