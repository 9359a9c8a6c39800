// Starts a trigger in the page. Where it begins is asked for at once; what runs it is loaded when it is needed.

import type { ChangesOutput } from '../rpc/protocol.ts'
import type { TableDefinition } from './define-table.ts'
import { askForChanges, type ChangesReader, type ChangesRequest } from './open-changes.ts'
import type { Table } from './table.ts'
import type { Trigger, UntypedTrigger } from './trigger-types.ts'

/** What a trigger of the page needs. */
export interface TriggerRequest extends Omit<ChangesRequest, 'options'> {
  readonly trigger: UntypedTrigger
  /** The table that takes what is given up. */
  readonly openTable: (definition: TableDefinition) => Table<TableDefinition>
}

/** A request, and what was there when it was made. */
export interface OpenedTrigger extends TriggerRequest, ChangesReader {
  readonly anchor: Promise<ChangesOutput>
  readonly signal: AbortSignal
}

/** Starts a trigger. */
export function openTrigger(request: TriggerRequest): Trigger {
  const { trigger, closing } = request
  const stopping = new AbortController()
  const reader = { ...request, options: {} }
  const anchor = askForChanges(reader, { from: 'now', limit: 0 })
  // Whoever waits for the end of the trigger hears of it.
  anchor.catch(() => undefined)
  const opened = { ...reader, anchor, signal: stopping.signal }
  const stop = async (): Promise<void> => {
    stopping.abort()
    await ended
  }
  closing.add(stop)
  const ended: Promise<void> = import('./trigger.ts')
    .then(({ runPageTrigger }) => runPageTrigger(opened))
    .finally(() => closing.delete(stop))
  ended.catch(() => undefined)
  return { name: trigger.name, ended, stop }
}
