// The package's entry `tidetable/svelte`: live results as reactive state (Svelte 5), and as stores.

import { createSubscriber } from 'svelte/reactivity'
import { type Readable, readable } from 'svelte/store'
import type { Live } from './live.ts'

/** A live result that effects and markup follow when they read it. */
export interface LiveState<Result> {
  /** Undefined before it is there. Reading it throws why the result has ended. */
  readonly current: Result | undefined
}

/**
 * Follows a live query, scan or get for as long as an effect or markup reads it.
 *
 * @example
 * const dutch = liveState(cities.query({ where: { country: 'NL' } }).live())
 * // {#each dutch.current?.rows ?? [] as city (city.name)} … {/each}
 * const chosen = $derived(liveState(cities.query({ where: { country } }).live()))
 */
export function liveState<Result>(live: Live<Result>): LiveState<Result> {
  let current: Result | undefined
  let failure: { readonly error: unknown } | undefined
  let isFollowed = false
  const follow = createSubscriber((update) => {
    // Whoever comes back asks anew: what there was may be old, and why it ended may be over.
    current = live.current
    failure = undefined
    isFollowed = true
    const subscription = live.subscribe({
      next(result) {
        if (result === current) return
        current = result
        update()
      },
      error(error) {
        failure = { error }
        update()
      },
    })
    return () => {
      isFollowed = false
      subscription.unsubscribe()
    }
  })
  return {
    get current() {
      follow()
      if (!isFollowed) return live.current
      if (failure !== undefined) throw failure.error
      return current
    },
  }
}

/**
 * A live query, scan or get as a store: `$dutch?.rows`.
 *
 * @param onError hears why the result has ended; without it the error is uncaught
 */
export function liveStore<Result>(
  live: Live<Result>,
  onError?: (error: unknown) => void,
): Readable<Result | undefined> {
  return readable<Result | undefined>(live.current, (set) => {
    set(live.current)
    const subscription = live.subscribe({ next: set, ...(onError && { error: onError }) })
    return () => subscription.unsubscribe()
  })
}
