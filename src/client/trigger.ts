// Runs a trigger in the page: one tab at a time, by a Web Lock, which the browser hands to the next tab when this one ends.

import { systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { NativeItem } from '../model/native.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { ChangesOutput, WireChange } from '../rpc/protocol.ts'
import {
  checkTrigger,
  type HostRead,
  type PlacedChange,
  runTrigger,
  type TriggerHost,
} from '../streams/trigger-runner.ts'
import { triggerEvent } from '../streams/trigger-event.ts'
import type { TriggerFailure } from '../streams/trigger-types.ts'
import type { TableDefinition } from './define-table.ts'
import { nativeChange, type UntypedChange } from '../streams/native-change.ts'
import { askForChanges, endWaiting } from './open-changes.ts'
import type { OpenedTrigger } from './open-trigger.ts'
import { createPacer } from './pacer.ts'
import type { Table } from './table.ts'

type Destination = (failure: TriggerFailure<UntypedChange>) => unknown

const WAIT_SHARE_OF_CALL = 0.5

/** Runs a trigger until it is stopped or its table's changes end. */
export async function runPageTrigger(opened: OpenedTrigger): Promise<void> {
  const { trigger, signal } = opened
  checkTrigger(trigger)
  const destination = destinationOf(opened)
  // Without a stream there is nothing to run on, which is told at once and not when the lock is free.
  await opened.anchor
  try {
    await inTurn(opened, () => runTrigger(trigger, hostOf(opened, destination), signal))
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Runs when no other tab runs the same trigger. Where there are no Web Locks, all of them do: changes come more than once. */
async function inTurn({ session, tableName, trigger, signal }: OpenedTrigger, run: () => Promise<void>): Promise<void> {
  const { locks, request } = session.options
  if (locks === undefined || request.kind !== 'open' || request.storage === 'memory') return run()
  const name = `tidetable-trigger ${JSON.stringify([request.name, tableName, trigger.name])}`
  return locks.request(name, { signal }, run)
}

function hostOf(opened: OpenedTrigger, onFailure: Destination | undefined): TriggerHost<WireChange, UntypedChange> {
  const { session, tableName, keyNames, trigger } = opened
  const identity = { tableName, triggerName: trigger.name }
  return {
    clock: systemClock,
    logger: session.options.logger,
    handler: trigger.run,
    onFailure,
    read(read) {
      return read.from === 'now' ? opened.anchor : readUnlessStopped(opened, read)
    },
    loadPosition: () => call(opened, 'tidetable:load-checkpoint', identity) as Promise<string | undefined>,
    savePosition: async (position) => void (await call(opened, 'tidetable:save-checkpoint', { ...identity, position })),
    event: (raw) => triggerEvent(raw, keyNames),
    changes: (entries) => nativeChanges(entries, keyNames),
  }
}

/** Made native in short stretches (law 13). */
async function nativeChanges(
  entries: readonly PlacedChange<WireChange>[],
  keyNames: readonly string[],
): Promise<readonly UntypedChange[]> {
  const pacer = createPacer(systemClock)
  const changes: UntypedChange[] = []
  for (const { raw, position } of entries) {
    changes.push(nativeChange(raw, { position, keyNames }))
    if (pacer.isDue()) await pacer.pause()
  }
  return changes
}

/** Waiting is ended in the worker too, so that closing the database does not wait for it. */
async function readUnlessStopped(
  opened: OpenedTrigger,
  { from, limit, waitMs, signal }: HostRead,
): Promise<ChangesOutput> {
  const end = (): void => void endWaiting(opened).catch(() => undefined)
  signal.addEventListener('abort', end)
  try {
    const longestMs = opened.session.options.callTimeoutMs * WAIT_SHARE_OF_CALL
    return await askForChanges(opened, { from, limit, waitMs: Math.min(waitMs, longestMs) })
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function call(
  { session }: OpenedTrigger,
  operation: 'tidetable:load-checkpoint' | 'tidetable:save-checkpoint',
  input: unknown,
): Promise<unknown> {
  return session.call(
    () => ({ form: { operation, input, rows: 'attribute-values' } }),
    (output) => output,
  )
}

function destinationOf({ trigger: { onFailure }, openTable }: OpenedTrigger): Destination | undefined {
  if (onFailure === undefined || typeof onFailure === 'function') return onFailure
  const { attributes, key } = onFailure
  const names = key.sort === undefined ? [key.partition] : [key.partition, key.sort]
  if (names.some((name) => attributes[name] !== 'S')) {
    const message = `The key of table ${onFailure.name}, which takes what a trigger gives up, is text.`
    throw new DatabaseError('InvalidOption', message, { data: { option: 'onFailure', tableName: onFailure.name } })
  }
  const table = openTable(onFailure)
  return async (failure) => {
    for (const change of failure.changes) await park(table, onFailure, { ...failure, change })
  }
}

/** Puts one change into the table for those that were given up: without its items, where they are too large together. */
async function park(
  table: Table<TableDefinition>,
  { key: { partition, sort } }: TableDefinition,
  {
    triggerName,
    condition,
    attempts,
    error,
    change,
  }: TriggerFailure<UntypedChange> & { readonly change: UntypedChange },
): Promise<void> {
  const { kind, key, position, newItem, oldItem } = change
  const own =
    sort === undefined ? { [partition]: `${triggerName} ${position}` } : { [partition]: triggerName, [sort]: position }
  const failedAt = new Date(systemClock.now()).toISOString()
  const facts: NativeItem = { triggerName, condition, attempts, error, failedAt, kind, key, position, ...own }
  const items = { ...(newItem !== undefined && { newItem }), ...(oldItem !== undefined && { oldItem }) }
  try {
    await table.put({ ...items, ...facts })
  } catch (failure) {
    if (!(failure instanceof ServiceException && failure.name === 'ValidationException')) throw failure
    await table.put(facts)
  }
}
