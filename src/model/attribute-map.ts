// Attribute names are chosen by users: `constructor` and `__proto__` are names like any other. Maps are read and built
// through these two functions where the name is not known beforehand.

import type { AttributeMap, AttributeValue } from './attribute-value.ts'

/** The attribute of this name; never what plain objects inherit. */
export function ownAttribute(map: AttributeMap, name: string): AttributeValue | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

/** Sets an attribute of a map under construction, whatever its name. */
export function setAttribute<Value>(map: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__') {
    // Assigning to __proto__ would replace the object's prototype instead of adding a property.
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  } else {
    map[name] = value
  }
}
