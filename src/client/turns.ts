// Recipes of one page that have lost a race take turns, as otherwise of many that are at the same item only one would be
// done in each round. A turn is a courtesy with a patience: whoever waits too long (a recipe that waits for another one of
// the same item would wait for ever) goes ahead and may lose another race.

import type { Clock } from '../base/clock.ts'

/** How long a turn is waited for. */
const PATIENCE_MS = 1000

/** What is taken turns at, by whom it belongs to: the last turn of each. */
const queues = new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Waits for a turn.
 *
 * @param owner whose things they are, e.g. a session
 * @param thing what there is one turn at a time for
 * @returns ends the turn
 */
export async function takeTurn(owner: object, thing: string, clock: Clock): Promise<() => void> {
  const lasts = queues.get(owner) ?? new Map<string, Promise<void>>()
  queues.set(owner, lasts)
  const before = lasts.get(thing)
  const { promise, resolve } = deferred()
  const mine = before === undefined ? promise : before.then(() => promise)
  lasts.set(thing, mine)
  if (before !== undefined) await patiently(before, clock)
  return () => {
    resolve()
    if (lasts.get(thing) === mine) lasts.delete(thing)
  }
}

async function patiently(turn: Promise<void>, clock: Clock): Promise<void> {
  const { promise, resolve } = deferred()
  const timer = clock.after(PATIENCE_MS, resolve)
  await Promise.race([turn, promise])
  timer.cancel()
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
