// Triggers that an app defines in its own worker file: they run in the worker of whichever tab has their lock, while no
// function crosses to the page.

import { DatabaseError } from '../src/base/database-error.ts'
import type { NativeItem } from '../src/model/native.ts'
import type { Change } from '../src/streams/change.ts'
import type { TriggerContext, TriggerFailure, TriggerResponse, TriggerSettings } from '../src/streams/trigger-types.ts'
import type { Send } from './send.ts'

/** A change of a worker's trigger, with native items. */
export type WorkerChange = Change<NativeItem, NativeItem>

/** What a worker's trigger has beside the changes. */
export interface WorkerTriggerContext extends TriggerContext {
  /** Any operation of the API, with DynamoDB's own input and output. */
  readonly send: Send
}

/** A trigger of a worker. */
export interface WorkerTrigger extends TriggerSettings {
  /** The table whose changes it is given. It waits for the table, and for its stream. */
  readonly tableName: string
  /** Is given the changes, batch by batch. What it throws, or names in its answer, is given again. */
  readonly run: (
    changes: readonly WorkerChange[],
    context: WorkerTriggerContext,
  ) => TriggerResponse | undefined | void | Promise<TriggerResponse | undefined | void>
  /** Takes changes that are given up. */
  readonly onFailure?: (failure: TriggerFailure<WorkerChange>, context: { readonly send: Send }) => unknown
}

const defined: WorkerTrigger[] = []
let isOver = false

/**
 * Defines a trigger. To be called while the worker's file runs, before a page opens the database.
 *
 * @example
 * import { defineTrigger } from 'tidetable/worker'
 * defineTrigger({ tableName: 'orders', name: 'totals', run: (changes, { send }) => addUp(changes, send) })
 * @throws DatabaseError `InvalidOption` for a name that is taken, or once the database is open. Settings that a trigger
 *   cannot have are told to the page's logger when the trigger starts.
 */
export function defineTrigger(trigger: WorkerTrigger): void {
  if (isOver) throw invalid('A trigger is defined before the database is opened.')
  if (defined.some(({ name, tableName }) => name === trigger.name && tableName === trigger.tableName)) {
    throw invalid(`Table ${trigger.tableName} has a trigger ${trigger.name} already.`)
  }
  defined.push(trigger)
}

/** The triggers; there can be no more from now on. */
export function definedTriggers(): readonly WorkerTrigger[] {
  isOver = true
  return defined
}

function invalid(message: string): DatabaseError {
  return new DatabaseError('InvalidOption', message, { data: { option: 'trigger' } })
}
