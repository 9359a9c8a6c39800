// What a device and its cloud are said to do, in words.

import type { ParkedWrite, SyncConflict, SyncStatus, WriteRequest } from 'tidetable'

import type { DeviceState } from '../harbour/device.ts'
import { formatClock, formatCount } from './format.ts'

/** `1 write waits`, `2 writes wait`. */
function waitingText(count: number): string {
  return count === 1 ? '1 write waits' : `${formatCount(count)} writes wait`
}

/** What the device is doing, in one sentence. */
export function stateText({ status, isOffline }: DeviceState): string {
  const { state, pending, firstSync } = status
  const waiting = pending.count === 0 ? '' : ` ${waitingText(pending.count)}.`
  if (isOffline) return `Offline, and at work.${waiting}`
  if (firstSync !== undefined && state !== 'waiting') return 'Reading the book for the first time…'
  if (state === 'waiting') return `The cloud cannot be reached.${waiting}`
  if (state === 'over-budget')
    return `The budget for reading is used up${untilText(status)}. Writes are sent.${waiting}`
  if (state === 'starting') return `Starting…${waiting}`
  return pending.count === 0 ? 'In step with the cloud.' : `Sending.${waiting}`
}

/** Names and values of what is known of replication. */
export function figureTexts({ status, parked, conflicts }: DeviceState): readonly (readonly [string, string])[] {
  const { pending, lastPullAtMs, lastPushAtMs, nextAttemptAtMs, lastFailure } = status
  const waiting = pending.count === 0 ? 'none' : `${formatCount(pending.count)} (${formatCount(pending.bytes)} bytes)`
  return [
    ['Writes that wait', waiting],
    ['Put aside', formatCount(parked.length)],
    ['Conflicts', formatCount(conflicts.length)],
    ['Last read', timeText(lastPullAtMs)],
    ['Last sent', timeText(lastPushAtMs)],
    ['Next look', timeText(nextAttemptAtMs)],
    ['Last failure', lastFailure?.name ?? 'none'],
    ['Read budget', budgetText(status)],
    ['Read units', costText(status, 'readUnits')],
    ['Write units', costText(status, 'writeUnits')],
  ]
}

function untilText({ budget }: SyncStatus): string {
  return budget === undefined ? '' : ` until ${formatClock(new Date(budget.endsAtMs))}`
}

function budgetText({ budget }: SyncStatus): string {
  return budget === undefined ? 'none' : `${formatCount(budget.spentUnits)} of ${formatCount(budget.readUnits)} units`
}

function timeText(timeMs: number | undefined): string {
  return timeMs === undefined ? '–' : formatClock(new Date(timeMs))
}

function costText({ cost }: SyncStatus, units: 'readUnits' | 'writeUnits'): string {
  const sum = Object.values(cost.tables).reduce((total, table) => total + table[units], 0)
  return cost.isEstimate ? `about ${formatCount(sum)}` : formatCount(sum)
}

/** Who is in a berth. */
export function shipText(ship: string | undefined): string {
  return ship === undefined ? 'free' : `“${ship}”`
}

/** The ship on one side of a conflict. */
export function shipOf(side: SyncConflict['base']): string | undefined {
  const ship = side?.['ship']
  return typeof ship === 'string' ? ship : undefined
}

/** The line that a conflict is about. */
export function conflictLine({ key }: SyncConflict): string {
  const line = key['line']
  return typeof line === 'string' ? line : 'the line'
}

/** What a write that was put aside had asked for. */
export function parkedText({ writes }: ParkedWrite): string {
  const [write] = writes
  if (write === undefined) return 'A write'
  return `${capital(lineOf(write))} for ${shipText(shipIn(write))}`
}

/** Why it was put aside. */
export function causeText({ cause, writes: [write] }: ParkedWrite): string {
  if (cause.name !== 'ConditionalCheckFailedException' || write === undefined) return `${cause.name}: ${cause.message}`
  return `It was given to another ship first (${cause.name}).`
}

/** `Berth 1` for `berth 1`. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function lineOf({ request }: WriteRequest): string {
  return textIn((request['Key'] as Readonly<Record<string, unknown>> | undefined)?.['line']) ?? 'the line'
}

/** The one text among the values of the update. */
function shipIn({ request }: WriteRequest): string | undefined {
  const values = (request['ExpressionAttributeValues'] ?? {}) as Readonly<Record<string, unknown>>
  return Object.values(values)
    .map(textIn)
    .find((text) => text !== undefined)
}

function textIn(value: unknown): string | undefined {
  const text = (value as { readonly S?: unknown } | undefined)?.S
  return typeof text === 'string' ? text : undefined
}
