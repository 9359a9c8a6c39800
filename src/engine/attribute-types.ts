// The service's parser refuses an attribute value of a wrong type before any constraint or rule is looked at. We look at
// types and rules of attribute values in one go, and for what the parser would have said only when a request is refused:
// accepted requests need not be walked twice.

import { valuesOf } from '../base/large-objects.ts'
import { PackedItem } from '../model/packed-item.ts'
import { ServiceException } from '../model/service-exception.ts'
import { checkAttributesType, checkValueType } from '../model/validate-item.ts'
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
    checkTypes(input, shape)
    return error
  } catch (refusal) {
    return refusal
  }
}

function checkTypes(value: unknown, shape: Shape): void {
  if (value === null || value === undefined || value instanceof PackedItem) return
  switch (shape.kind) {
    case 'attributes':
      checkAttributesType(value)
      return
    case 'attribute-value':
      checkValueType(value)
      return
    case 'list':
      if (isScalar(shape.element)) return
      for (const element of value as readonly unknown[]) checkTypes(element, shape.element)
      return
    case 'map':
      if (isScalar(shape.value)) return
      for (const member of valuesOf(value)) checkTypes(member, shape.value)
      return
    case 'structure':
      for (const name in shape.members) {
        checkTypes((value as Readonly<Record<string, unknown>>)[name], shape.members[name] as Shape)
      }
      return
    case 'string':
    case 'number':
    case 'boolean':
  }
}

/** Has no attribute values in it. */
function isScalar({ kind }: Shape): boolean {
  return kind === 'string' || kind === 'number' || kind === 'boolean'
}
