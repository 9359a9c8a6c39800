// Work on any number of items: takes them from an array or a stream, packs them in short stretches, and has a bounded
// number of slices under way. Stops at the first failure, after what is under way has settled.

import type { Clock } from '../base/clock.ts'
import { createPacer } from './pacer.ts'

/** A slice is sent when it has `sliceItems` items or this many bytes. */
const MAX_SLICE_BYTES: number = 256 * 1024
/** Slices under way: while one is being committed others are evaluated, are on their way and are packed. */
const MAX_SLICES_UNDER_WAY = 4

/** What the caller of a bulk method may set. */
export interface BulkOptions {
  /** Stops between slices, and rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Called after each slice with the number of items done so far. */
  readonly onProgress?: (itemsDone: number) => void
}

/** Items, one by one or in a stream. */
export type Source<Input> = Iterable<Input> | AsyncIterable<Input>

/** One bulk job: where its items come from and what is done with them. */
export interface BulkWork<Input> extends BulkOptions {
  readonly source: Source<Input>
  /** The most items that travel together. */
  readonly sliceItems: number
  readonly clock: Clock
  readonly pack: (input: Input) => Uint8Array
  /** Does one slice; the packed items are those of `pack`. */
  readonly run: (slice: readonly Uint8Array[], firstIndex: number) => Promise<void>
}

/**
 * Does the work on all of the source.
 *
 * @returns how many items there were
 * @throws what `pack`, `run` or the source throws first, or the signal's reason
 */
export async function runBulk<Input>(work: BulkWork<Input>): Promise<number> {
  const { source, sliceItems, clock, pack, signal } = work
  const pacer = createPacer(clock)
  const flights = new Flights(work)
  const isStream = Symbol.asyncIterator in source
  const iterator = isStream ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let slice: Uint8Array[] = []
  let sliceBytes = 0
  let count = 0
  let isDone = false
  try {
    while (!isDone) {
      signal?.throwIfAborted()
      // An array is not awaited item by item: that alone would take longer than packing.
      const next = iterator.next()
      const step = isStream ? await next : (next as IteratorResult<Input>)
      isDone = step.done === true
      if (step.done !== true) {
        const bytes = pack(step.value)
        slice.push(bytes)
        sliceBytes += bytes.length
      }
      if (slice.length > 0 && (isDone || slice.length >= sliceItems || sliceBytes >= MAX_SLICE_BYTES)) {
        flights.start(slice, count)
        count += slice.length
        slice = []
        sliceBytes = 0
        await flights.room()
      }
      if (pacer.isDue()) await pacer.pause()
    }
    await flights.landed()
    return count
  } catch (error) {
    if (!isDone) await iterator.return?.()
    await flights.landed().catch(() => undefined)
    throw error
  }
}

/** The slices under way. */
class Flights {
  readonly #work: Pick<BulkWork<never>, 'run' | 'onProgress'>
  #underWay = 0
  #itemsDone = 0
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(work: Pick<BulkWork<never>, 'run' | 'onProgress'>) {
    this.#work = work
  }

  start(slice: readonly Uint8Array[], firstIndex: number): void {
    this.#underWay++
    this.#fly(slice, firstIndex)
      .catch((error: unknown) => (this.#failure ??= { error }))
      .finally(() => {
        this.#underWay--
        this.#wake?.()
      })
  }

  /** Waits until another slice may start. */
  room(): Promise<void> {
    return this.#untilAtMost(MAX_SLICES_UNDER_WAY - 1)
  }

  /** Waits until no slice is under way. */
  landed(): Promise<void> {
    return this.#untilAtMost(0)
  }

  async #fly(slice: readonly Uint8Array[], firstIndex: number): Promise<void> {
    const { run, onProgress } = this.#work
    await run(slice, firstIndex)
    this.#itemsDone += slice.length
    onProgress?.(this.#itemsDone)
  }

  async #untilAtMost(count: number): Promise<void> {
    while (this.#underWay > count) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
