// Recipes of one page that have lost a race take turns, as otherwise of many that are at the same item only one would be
// done in each round. A turn is a courtesy with a patience: where none has ended for a while (a recipe that waits for
// another one of the same item would wait for ever) those who wait go ahead, and may lose another race.

import type { Clock, Timer } from '../base/clock.ts'

/** How long it may be since a turn has ended. */
const PATIENCE_MS = 1000

interface Queue {
  /** The last turn that somebody waits for, or has. */
  last: Promise<void>
  /** When a turn has ended, or the first one begun: by the clock's monotonic time. */
  movedAtMs: number
}

/** The queues of an owner, by what is taken turns at. */
const queues = new WeakMap<object, Map<string, Queue>>()

/**
 * Waits for a turn.
 *
 * @param owner whose things they are, e.g. a session
 * @param thing what there is one turn at a time for
 * @returns ends the turn
 */
export async function takeTurn(owner: object, thing: string, clock: Clock): Promise<() => void> {
  const owned = queues.get(owner) ?? new Map<string, Queue>()
  queues.set(owner, owned)
  let end: () => void = () => undefined
  const turn = new Promise<void>((resolve) => (end = resolve))
  const found = owned.get(thing)
  const queue = found ?? { last: turn, movedAtMs: clock.monotonicMs() }
  const before = found?.last
  const mine = before === undefined ? turn : before.then(() => turn)
  queue.last = mine
  owned.set(thing, queue)
  if (before !== undefined) await patiently(before, queue, clock)
  return () => {
    end()
    queue.movedAtMs = clock.monotonicMs()
    if (queue.last === mine) owned.delete(thing)
  }
}

async function patiently(turn: Promise<void>, queue: Queue, clock: Clock): Promise<void> {
  let isOurs = false
  const arrived = turn.then(() => {
    isOurs = true
  })
  // Each round is a whole patience long, and there is another one only if turns have ended meanwhile.
  for (;;) {
    let timer: Timer | undefined
    await Promise.race([arrived, new Promise<void>((resolve) => (timer = clock.after(PATIENCE_MS, resolve)))])
    timer?.cancel()
    if (isOurs || clock.monotonicMs() - queue.movedAtMs >= PATIENCE_MS) return
  }
}
