// How a refused value is shown in a message: enough to recognize it, never a whole item.

import { namesOf } from '../base/large-objects.ts'

const MAX_TEXT_CHARS = 2048
const MAX_ELEMENTS = 10

/** A short text for a value of a request: text and numbers as they are, lists by their first elements, maps by their names. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return value.length > MAX_TEXT_CHARS ? `${value.slice(0, MAX_TEXT_CHARS)}…` : value
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ELEMENTS).map(describeElement)
    if (value.length > MAX_ELEMENTS) shown.push('…')
    return `[${shown.join(', ')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const names = namesOf(value)
    const shown = names.slice(0, MAX_ELEMENTS).map((name) => `${name}=…`)
    if (names.length > MAX_ELEMENTS) shown.push('…')
    return `{${shown.join(', ')}}`
  }
  return String(value)
}

function describeElement(value: unknown): string {
  return typeof value === 'object' && value !== null ? '{…}' : describeValue(value)
}
