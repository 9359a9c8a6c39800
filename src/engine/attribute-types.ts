// The service's parser refuses an attribute value of a wrong type before any constraint or rule is looked at. We look at
// types and rules of attribute values in one go, and for what the parser would have said only when a request is refused:
// accepted requests need not be walked twice.

import { valuesOf } from '../base/large-objects.ts'
import { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import { checkAttributesType, checkValueType } from '../model/validate-item.ts'
import { type PlaceVisitor, visitPlaces } from './attribute-places.ts'
import type { Shape } from './constraint.ts'

/**
 * What the service answers to a refused request.
 *
 * @param error what was found first
 * @param input as it came; its types have been checked but for those of attribute values
 * @param shape of the input
 * @returns a SerializationException when some attribute value is of a wrong type; else `error`
 */
export function parserRefusal(error: unknown, input: unknown, shape: Shape): unknown {
  if (!(error instanceof ServiceException) || error.name !== 'ValidationException') return error
  try {
    visitPlaces(input, shape, TYPE_CHECK)
    return error
  } catch (refusal) {
    return refusal
  }
}

const TYPE_CHECK: PlaceVisitor = {
  list: valuesOf,
  attributes: (attributes) => {
    if (!(attributes instanceof PackedItem)) checkAttributesType(attributes)
  },
  value: checkValueType,
}
