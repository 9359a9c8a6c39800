// Runs the triggers of a worker: each in one tab at a time, and in the next one when that is closed or frozen. Loaded when
// there are any.

import { type Clock, sleep } from '../src/base/clock.ts'
import { DatabaseError } from '../src/base/database-error.ts'
import type { Logger } from '../src/base/logger.ts'
import { randomUuid, systemRandom } from '../src/base/random.ts'
import { openTabChannel } from '../src/base/tab-channel.ts'
import type { Engine } from '../src/engine/engine.ts'
import { nativeChange } from '../src/streams/native-change.ts'
import { changeSizeBytes, type PackedChange } from '../src/streams/change.ts'
import { triggerEvent } from '../src/streams/trigger-event.ts'
import { runTrigger, type TriggerEnd, type TriggerHost } from '../src/streams/trigger-runner.ts'
import { runInTurns, triggerDutyName } from '../src/streams/trigger-turns.ts'
import type { WorkerChange, WorkerTrigger } from './define-trigger.ts'
import { sendTo } from './send.ts'
import { packedPage } from './table-changes.ts'

/** What triggers run on. */
export interface TriggersOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly logger: Logger
  /** Undefined where there are none, and for a database that no other tab has. */
  readonly locks: LockManager | undefined
  readonly databaseName: string
}

/** Triggers that run. */
export interface RunningTriggers {
  /** Resolves when they have stored how far they came, or after a second. */
  stop(): Promise<void>
}

const STOP_PATIENCE_MS = 1000

/** Starts triggers. */
export function runTriggers(triggers: readonly WorkerTrigger[], options: TriggersOptions): RunningTriggers {
  const stopping = new AbortController()
  const running = triggers.map((trigger) => runOne(trigger, options, stopping.signal))
  return {
    async stop() {
      stopping.abort()
      await Promise.race([Promise.all(running), sleep(options.clock, STOP_PATIENCE_MS)])
    },
  }
}

async function runOne(trigger: WorkerTrigger, options: TriggersOptions, signal: AbortSignal): Promise<void> {
  const { locks, databaseName, clock, logger } = options
  const name = triggerDutyName(databaseName, trigger.tableName, trigger.name)
  const run = (own: AbortSignal): Promise<TriggerEnd> => runTrigger(trigger, hostOf(trigger, options), own)
  try {
    await runInTurns({ name, locks, openChannel: openTabChannel, clock }, run, signal)
  } catch (error) {
    if (!signal.aborted) logger('error', 'A trigger has ended.', { trigger: trigger.name, error: String(error) })
  }
}

/** A host serves one term. */
function hostOf(
  trigger: WorkerTrigger,
  { engine, clock, logger }: TriggersOptions,
): TriggerHost<PackedChange, WorkerChange> {
  const { tableName, onFailure } = trigger
  const term = { tableName, triggerName: trigger.name, term: randomUuid(systemRandom) }
  const send = sendTo(engine)
  let keyNames: readonly string[] = []
  return {
    clock,
    logger,
    handler: (changes, context) => trigger.run(changes, { ...context, send }),
    onFailure: onFailure && ((failure) => onFailure(failure, { send })),
    async read(read) {
      const page = await engine.changes({ ...read, tableName })
      keyNames = page.keyNames
      return packedPage(page)
    },
    claim: () => engine.claimCheckpoint(term),
    holds: () => engine.holdsCheckpoint(term),
    savePosition: (position) => engine.saveCheckpoint({ ...term, position }),
    event: (change) => triggerEvent(change, keyNames),
    sizeBytes: changeSizeBytes,
    changes: async (entries) => entries.map(({ raw, position }) => nativeChange(raw, { position, keyNames })),
    // The page makes its tables after the worker has started: a table or a stream that is not there may come.
    isFinal: (error) => error instanceof DatabaseError && error.code === 'StorageClosed',
  }
}
