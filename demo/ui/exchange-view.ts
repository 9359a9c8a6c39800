// A request and its answer as text. Long lists are cut, and say so: the shape is what one reads here.

import type { Exchange } from '../exchange-log.ts'
import { errorText } from './error-text.ts'
import { newElement } from './page-element.ts'

const SHOWN_ELEMENTS = 3
const INDENT = '  '
const MAX_LINE_CHARACTERS = 64

/** Puts the request and its answer in place of what `container` holds. */
export function showExchange(container: HTMLElement, exchange: Exchange): void {
  container.replaceChildren(
    newElement('p', 'label exchange-label', exchange.operation),
    block(`${exchange.operation}, the request`, asText(exchange.input)),
    newElement('p', 'label exchange-label', exchange.failed ? 'Refused' : 'Answer'),
    block(`${exchange.operation}, the answer`, exchange.failed ? errorText(exchange.output) : asText(exchange.output)),
  )
}

/** Any value in DynamoDB's shape as JSON; what fits into a line stays on it, so that `{ "S": "US" }` reads as one value. */
export function asText(value: unknown): string {
  return layOut(shortened(value), '')
}

function layOut(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = indent + INDENT
  const isList = Array.isArray(value)
  const members = isList
    ? value.map((member) => layOut(member, inner))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${layOut(member, inner)}`)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const line = members.length === 0 ? open + close : `${open} ${members.join(', ')} ${close}`
  if (line.length <= MAX_LINE_CHARACTERS && !line.includes('\n')) return line
  return `${open}\n${inner}${members.join(`,\n${inner}`)}\n${indent}${close}`
}

/** Keys are shown in the order they were written; a list beyond its first elements becomes a line that counts the rest. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shown = value.slice(0, SHOWN_ELEMENTS).map(shortened)
    return value.length > SHOWN_ELEMENTS ? [...shown, `… and ${value.length - SHOWN_ELEMENTS} more`] : shown
  }
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member)]))
}

/** Scrolls by keyboard, so it can be focused and has a name. */
function block(name: string, text: string): HTMLPreElement {
  const element = newElement('pre', '', text)
  element.tabIndex = 0
  element.setAttribute('role', 'group')
  element.setAttribute('aria-label', name)
  return element
}
