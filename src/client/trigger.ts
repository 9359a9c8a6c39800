// Runs a trigger in the page: in one tab at a time, and in the next one when that is closed or frozen.

import { systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import { randomUuid, systemRandom } from '../base/random.ts'
import { openTabChannel } from '../base/tab-channel.ts'
import type { NativeItem } from '../model/native.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { ChangesOutput, WireChange, WorkerOperations } from '../rpc/protocol.ts'
import { changeSizeBytes } from '../streams/change.ts'
import {
  checkTrigger,
  type HostRead,
  type PlacedChange,
  runTrigger,
  type TriggerEnd,
  type TriggerHost,
} from '../streams/trigger-runner.ts'
import { triggerEvent } from '../streams/trigger-event.ts'
import { runInTurns, triggerDutyName } from '../streams/trigger-turns.ts'
import type { TriggerFailure } from '../streams/trigger-types.ts'
import type { TableDefinition } from './define-table.ts'
import { nativeChange, type UntypedChange } from '../streams/native-change.ts'
import { awaitChangesFor } from './change-waits.ts'
import { askForChanges } from './open-changes.ts'
import type { OpenedTrigger } from './open-trigger.ts'
import { createPacer } from './pacer.ts'
import type { Table } from './table.ts'

type Destination = (failure: TriggerFailure<UntypedChange>) => unknown

/** Runs a trigger until it is stopped or its table's changes end. */
export async function runPageTrigger(opened: OpenedTrigger): Promise<void> {
  const { session, tableName, trigger, signal } = opened
  checkTrigger(trigger)
  const destination = destinationOf(opened)
  // Without a stream there is nothing to run on, which is told at once and not when it is this tab's turn.
  await opened.anchor
  const { locks, request } = session.options
  const turns = {
    name: triggerDutyName(request.name, tableName, trigger.name),
    // Nobody else has what is in this worker's memory.
    locks: request.kind === 'open' && request.storage === 'indexeddb' ? locks : undefined,
    openChannel: openTabChannel,
    clock: systemClock,
    onVisits,
  }
  const run = (own: AbortSignal): Promise<TriggerEnd> => runTrigger(trigger, hostOf(opened, destination), own)
  try {
    await runInTurns(turns, run, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** A page goes into the browser's cache of pages when its visitor goes on to another, and comes out of it when he goes back. */
function onVisits({ leave, enter }: { readonly leave: () => void; readonly enter: () => void }): () => void {
  if (typeof addEventListener !== 'function') return () => undefined
  addEventListener('pagehide', leave)
  addEventListener('pageshow', enter)
  return () => {
    removeEventListener('pagehide', leave)
    removeEventListener('pageshow', enter)
  }
}

/** A host serves one term. */
function hostOf(opened: OpenedTrigger, onFailure: Destination | undefined): TriggerHost<WireChange, UntypedChange> {
  const { session, tableName, keyNames, trigger } = opened
  const term = { tableName, triggerName: trigger.name, term: randomUuid(systemRandom) }
  return {
    clock: systemClock,
    logger: session.options.logger,
    handler: trigger.run,
    onFailure,
    read(read) {
      return read.from === 'now' ? opened.anchor : readChanges(opened, read)
    },
    claim: () => call(opened, 'tidetable:claim-checkpoint', term) as Promise<string | undefined>,
    holds: () => call(opened, 'tidetable:holds-checkpoint', term) as Promise<boolean>,
    savePosition: (position) => call(opened, 'tidetable:save-checkpoint', { ...term, position }) as Promise<boolean>,
    event: (raw) => triggerEvent(raw, keyNames),
    sizeBytes: changeSizeBytes,
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

async function readChanges(opened: OpenedTrigger, { from, limit, waitMs, signal }: HostRead): Promise<ChangesOutput> {
  if (waitMs === 0) return askForChanges(opened, { from, limit })
  const page = await awaitChangesFor(opened, { clock: systemClock, from, limit, waitMs, signal })
  return page ?? { changes: [], label: '', position: from, isEnded: false }
}

function call<Name extends `tidetable:${'claim' | 'holds' | 'save'}-checkpoint`>(
  { session }: OpenedTrigger,
  operation: Name,
  input: WorkerOperations[Name],
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
