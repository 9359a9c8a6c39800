// The log: the newest requests of the page, each with its time, and in full when it is opened.

import type { Exchange, ExchangeLog } from '../exchange-log.ts'
import { showExchange } from './exchange-view.ts'
import { formatClock, formatCount, formatDuration } from './format.ts'
import { newElement } from './page-element.ts'

const MAX_ENTRIES = 12

/** Lists each new exchange at the top of `list`. */
export function startLogPanel(list: HTMLOListElement, log: ExchangeLog): void {
  log.onExchange((exchange) => {
    list.prepend(newElement('li', '', entryOf(exchange)))
    while (list.childElementCount > MAX_ENTRIES) list.lastElementChild?.remove()
  })
}

function entryOf(exchange: Exchange): HTMLDetailsElement {
  const time = newElement('time', '', formatClock(exchange.startedAt))
  time.dateTime = exchange.startedAt.toISOString()
  const what = newElement(
    'span',
    'log-what',
    newElement('b', '', exchange.operation),
    newElement('span', '', resultOf(exchange)),
  )
  if (exchange.failed) what.classList.add('log-failed')
  const details = newElement(
    'details',
    '',
    newElement('summary', '', time, what, newElement('span', 'log-time', formatDuration(exchange.durationMs))),
  )
  const body = newElement('div', 'request-body')
  details.append(body)
  details.addEventListener('toggle', () => {
    if (details.open && body.childElementCount === 0) showExchange(body, exchange)
  })
  return details
}

/** Where the request went and what came of it, in one line. */
function resultOf({ input, output, failed }: Exchange): string {
  const { TableName, IndexName } = input as { readonly TableName?: string; readonly IndexName?: string }
  const target = [TableName, IndexName].filter((name) => name !== undefined).join(' · ')
  if (failed) return `${target}: ${output instanceof Error ? output.name : 'failed'}`
  const { Count } = output as { readonly Count?: number }
  return Count === undefined ? target : `${target}: ${formatCount(Count)} ${Count === 1 ? 'item' : 'items'}`
}
