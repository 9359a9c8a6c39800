// Who of several tabs runs a trigger: the one that has its duty (base/tab-duty.ts). Each time that a tab gets it, it runs the
// trigger anew from the checkpoint.

import type { Clock } from '../base/clock.ts'
import { type Locks, PATIENCE_MS } from '../base/leadership.ts'
import type { TabChannel } from '../base/tab-channel.ts'
import { joinTabDuty, type TabDuty } from '../base/tab-duty.ts'
import type { TriggerEnd } from './trigger-runner.ts'

/** Whose turns, and among which tabs. */
export interface TriggerTurns {
  /** Unlike that of any other trigger of any database. */
  readonly name: string
  /** Undefined where there are none, or no other tabs. */
  readonly locks: Locks | undefined
  readonly openChannel: (name: string) => TabChannel | undefined
  readonly clock: Clock
  /**
   * Tells when this tab is put aside, and taken up again. Answers what ends that. A tab that is put aside gives its turn away,
   * and hears no messages, for which a browser would drop it.
   */
  readonly onVisits?: (visits: { readonly leave: () => void; readonly enter: () => void }) => () => void
}

/** Of a trigger's lock and channel. */
export function triggerDutyName(databaseName: string, tableName: string, triggerName: string): string {
  return `tidetable-trigger ${JSON.stringify([databaseName, tableName, triggerName])}`
}

/**
 * Runs a trigger whenever it is this tab's turn, until it ends by itself, fails or is stopped.
 *
 * @param run one term; its signal aborts when the turn is over
 */
export function runInTurns(
  { name, locks, openChannel, clock, onVisits }: TriggerTurns,
  run: (signal: AbortSignal) => Promise<TriggerEnd>,
  signal: AbortSignal,
): Promise<void> {
  let turn: AbortController | undefined
  // A term of this tab waits for the one before it, whose handler may still be at work.
  let running: Promise<unknown> = Promise.resolve()
  let isEnding = false
  return new Promise((resolve, reject) => {
    /** The duty is kept until the last handler is done, so that the next tab is not given the same changes. */
    const end = (): void => {
      if (isEnding) return
      isEnding = true
      signal.removeEventListener('abort', end)
      turn?.abort()
      endVisits?.()
      void running.then(() => {
        duty?.close()
        resolve()
      })
    }
    const begin = (own: AbortController): void => {
      const term = running.then(async () => (own.signal.aborted ? 'stopped' : run(own.signal)))
      running = term.then(
        (why) => {
          if (why === 'no-more-changes') end()
          // Where tabs have no locks between them, they take turns at taking over from each other.
          else if (why === 'taken-over' && !own.signal.aborted) {
            clock.after(PATIENCE_MS, () => void (turn === own && begin(own)))
          }
        },
        (error: unknown) => {
          if (own.signal.aborted) return
          reject(error)
          end()
        },
      )
    }
    const join = (): TabDuty =>
      joinTabDuty({
        lockName: name,
        locks,
        channel: locks && openChannel(name),
        clock,
        onGained() {
          if (isEnding) return
          turn = new AbortController()
          begin(turn)
        },
        onLost() {
          turn?.abort()
          turn = undefined
        },
      })
    let duty: TabDuty | undefined = join()
    const endVisits = onVisits?.({
      leave() {
        duty?.close()
        duty = undefined
      },
      enter() {
        if (!isEnding) duty ??= join()
      },
    })
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
