// The package's entry `tidetable/angular`: live results as signals.

import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  effect,
  inject,
  type Injector,
  type Signal,
  signal,
  untracked,
  type WritableSignal,
} from '@angular/core'
import type { Live } from './live.ts'

/** Where a signal lives. */
export interface LiveSignalOptions {
  /** By default that of the constructor or factory that calls. */
  readonly injector?: Injector
}

interface State<Result> {
  readonly result: Result | undefined
  readonly failure?: { readonly error: unknown }
}

/**
 * Follows a live query, scan or get until its component, directive or service is destroyed.
 *
 * @param source what to follow; a function of signals (a required input is one) is followed as these change, from the first
 *   change detection on, and returns undefined or null while there is nothing to ask for
 * @returns the result, undefined before it is there; reading it throws why the result has ended
 * @example
 * readonly dutch = liveSignal(cities.query({ where: { country: 'NL' } }).live())
 * readonly cities = liveSignal(() => cities.query({ where: { country: this.country() } }).live())
 */
export function liveSignal<Result>(
  source: Live<Result> | (() => Live<Result> | undefined | null),
  { injector }: LiveSignalOptions = {},
): Signal<Result | undefined> {
  if (injector === undefined) assertInInjectionContext(liveSignal)
  if (typeof source === 'function') return followSource(source, injector)
  const destroyed = injector === undefined ? inject(DestroyRef) : injector.get(DestroyRef)
  const state = signal<State<Result>>({ result: source.current })
  destroyed.onDestroy(follow(source, state))
  return computed(() => resultOf(state()))
}

function followSource<Result>(
  source: () => Live<Result> | undefined | null,
  injector: Injector | undefined,
): Signal<Result | undefined> {
  // What is asked for is all in the key.
  const live = computed(source, { equal: (before, after) => before?.key === after?.key })
  // Each request has a state of its own, so that an effect never writes what others read.
  const state = computed(() => signal<State<Result>>({ result: live()?.current }))
  const run = (onCleanup: (end: () => void) => void): void => {
    const [present, into] = [live(), state()]
    if (present) onCleanup(untracked(() => follow(present, into)))
  }
  effect(run, injector === undefined ? {} : { injector })
  return computed(() => resultOf(state()()))
}

/** Ends with what it returns. */
function follow<Result>(live: Live<Result>, state: WritableSignal<State<Result>>): () => void {
  const subscription = live.subscribe({
    next: (result) => state.set({ result }),
    error: (error) => state.set({ result: undefined, failure: { error } }),
  })
  return () => subscription.unsubscribe()
}

function resultOf<Result>({ result, failure }: State<Result>): Result | undefined {
  if (failure !== undefined) throw failure.error
  return result
}
