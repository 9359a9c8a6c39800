// UpdateItem: changes attributes of an item, or makes the item if there is none.

import { assert } from '../../base/assert.ts'
import type { DocumentPath } from '../../expressions/document-path.ts'
import { pickPaths } from '../../expressions/pick-paths.ts'
import type { Item } from '../../model/attribute-value.ts'
import type { UpdateItemInput, UpdateItemOutput } from '../../model/operations.ts'
import { type ActionEffect, updateAction } from '../item-action.ts'
import type { EngineServices, Operation, RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, partialRow } from '../output-row.ts'
import { updateItemShape } from '../request-shapes.ts'
import { writeItem } from '../write-item.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export const updateItem: Operation<UpdateItemInput> = { shape: updateItemShape, run }

function run(
  services: EngineServices,
  input: UpdateItemInput,
  context: RequestContext,
): Promise<UpdateItemOutput<OutputRow>> {
  return writeItem(services, updateAction(input), (effect) => returnedAttributes(input.ReturnValues, effect, context))
}

function returnedAttributes(
  values: UpdateItemInput['ReturnValues'],
  { previous, next, updated }: ActionEffect,
  context: RequestContext,
): OutputRow | undefined {
  assert(next !== undefined, 'An update leaves an item.')
  switch (values) {
    case 'ALL_OLD':
      return previous && outputRow(previous, context)
    case 'ALL_NEW':
      return outputRow(next, context)
    case 'UPDATED_OLD':
      return previous && pickedRow(previous.toItem(), updated, context)
    case 'UPDATED_NEW':
      return pickedRow(next.toItem(), updated, context)
    default:
      return undefined
  }
}

function pickedRow(item: Item, updated: readonly DocumentPath[], context: RequestContext): OutputRow | undefined {
  const picked = pickPaths(item, updated)
  return Object.keys(picked).length === 0 ? undefined : partialRow(picked, context)
}
