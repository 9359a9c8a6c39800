// Which of the ten types a value has.

import type { AttributeType, AttributeValue } from './attribute-value.ts'

/** The type of a canonical value: the name of its only member. */
export function attributeType(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType
  throw new TypeError('An AttributeValue has exactly one member.')
}
