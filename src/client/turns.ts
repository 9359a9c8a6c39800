// Recipes of one page that have lost a race take turns, as otherwise of many that are at the same item only one would be
// done in each round. A turn is a courtesy with a patience: a recipe that waits for another one of the same item would wait
// for ever, so whoever is next goes ahead after a while, and the others after that one: never all at once.

import type { Clock, Timer } from '../base/clock.ts'

/** How long the next one waits for a turn to end. */
const PATIENCE_MS = 1000

interface Turn {
  readonly begun: Promise<void>
  readonly ended: Promise<void>
}

/** The last turns of an owner that somebody waits for, or has: by what is taken turns at. */
const lastTurns = new WeakMap<object, Map<string, Turn>>()

/**
 * Waits for a turn.
 *
 * @param owner whose things they are, e.g. a session
 * @param thing what there is one turn at a time for
 * @returns ends the turn
 */
export async function takeTurn(owner: object, thing: string, clock: Clock): Promise<() => void> {
  const owned = lastTurns.get(owner) ?? new Map<string, Turn>()
  lastTurns.set(owner, owned)
  let begin: () => void = () => undefined
  let end = begin
  const turn: Turn = {
    begun: new Promise((resolve) => (begin = resolve)),
    ended: new Promise((resolve) => (end = resolve)),
  }
  const before = owned.get(thing)
  owned.set(thing, turn)
  if (before !== undefined) {
    await before.begun
    await patiently(before.ended, clock)
  }
  begin()
  return () => {
    end()
    if (owned.get(thing) === turn) owned.delete(thing)
  }
}

async function patiently(ended: Promise<void>, clock: Clock): Promise<void> {
  let timer: Timer | undefined
  await Promise.race([ended, new Promise<void>((resolve) => (timer = clock.after(PATIENCE_MS, resolve)))])
  timer?.cancel()
}
