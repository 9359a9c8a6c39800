// A table's changes for triggers in tests: a list that a test appends to, a checkpoint, and time that the test moves.

import { silentLogger } from '../../src/base/logger.ts'
import type { ChangePosition } from '../../src/streams/change-position.ts'
import { parseChangePosition } from '../../src/streams/change-position.ts'
import type { HostRead, RawChange, RawPage, TriggerHost } from '../../src/streams/trigger-runner.ts'
import type { TriggerFailure, TriggerHandler } from '../../src/streams/trigger-types.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

/** A change in tests. */
export interface TestChange extends RawChange {
  readonly key: string
  readonly value: number
}

/** What a handler is given in tests. */
export interface GivenChange {
  readonly key: string
  readonly value: number
  readonly position: ChangePosition
}

const LABEL = 'stream'
const DIGITS = 27
/** More turns of the microtask queue than anything here takes between two timers. */
const TURNS = 100

/** A table that triggers read. */
export class TriggerTable {
  readonly clock: ManualClock = createManualClock()
  readonly changes: TestChange[] = []
  checkpoint: ChangePosition | undefined
  isEnded = false
  /** Of the newest host that has claimed the trigger. */
  #term = 0
  readonly #readers = new Set<() => void>()

  append(key: string, value: number): void {
    const sequenceNumber = String(this.changes.length + 1).padStart(DIGITS, '0')
    this.changes.push({ key, value, sequenceNumber, atMs: this.clock.now() })
    for (const wake of this.#readers) wake()
  }

  end(): void {
    this.isEnded = true
    for (const wake of this.#readers) wake()
  }

  host(
    handler: TriggerHandler<GivenChange>,
    onFailure?: (failure: TriggerFailure<GivenChange>) => unknown,
  ): TriggerHost<TestChange, GivenChange> {
    let term = 0
    return {
      clock: this.clock,
      logger: silentLogger,
      handler,
      onFailure,
      read: (read) => this.#read(read),
      claim: () => {
        term = ++this.#term
        return Promise.resolve(this.checkpoint)
      },
      holds: () => Promise.resolve(term === this.#term),
      savePosition: (position) => {
        const holds = term === this.#term
        if (holds) this.checkpoint = position
        return Promise.resolve(holds)
      },
      event: ({ key, value }) => ({ eventName: 'INSERT', dynamodb: { Keys: { key: { S: key } }, value } }),
      // A change is as large as its value.
      sizeBytes: ({ value }) => value,
      changes: (entries) =>
        Promise.resolve(entries.map(({ raw: { key, value }, position }) => ({ key, value, position }))),
    }
  }

  /** Moves the time on in steps, and lets everybody work in between. */
  async pass(ms: number, stepMs: number = 1000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await this.settle()
      this.clock.advance(stepMs)
    }
    await this.settle()
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
  }

  async #read({ from, limit, waitMs, signal }: HostRead): Promise<RawPage<TestChange>> {
    const after = this.#indexAfter(from)
    if (waitMs > 0 && this.changes.length === after && !this.isEnded && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#readers.delete(wake)
          timer.cancel()
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = this.clock.after(waitMs, wake)
        this.#readers.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
    const changes = this.changes.slice(after, after + limit)
    const last = changes.at(-1)?.sequenceNumber ?? this.changes[after - 1]?.sequenceNumber
    const isEnded = this.isEnded && after === this.changes.length
    return { changes, label: LABEL, position: last === undefined ? LABEL : `${LABEL}/${last}`, isEnded }
  }

  #indexAfter(from: string): number {
    if (from === 'now') return this.changes.length
    const place = from === 'start' ? undefined : parseChangePosition(from)?.after
    return place === undefined ? 0 : Number(place)
  }
}
