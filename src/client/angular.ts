// The package's entry `tidetable/angular`: live results as signals.

import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  inject,
  type Injector,
  type Signal,
  signal,
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
 * @returns the result, undefined before it is there; reading it throws why the result has ended
 * @example
 * readonly dutch = liveSignal(cities.query({ where: { country: 'NL' } }).live())
 */
export function liveSignal<Result>(
  live: Live<Result>,
  { injector }: LiveSignalOptions = {},
): Signal<Result | undefined> {
  if (injector === undefined) assertInInjectionContext(liveSignal)
  const destroyed = injector === undefined ? inject(DestroyRef) : injector.get(DestroyRef)
  const state = signal<State<Result>>({ result: live.current })
  const subscription = live.subscribe({
    next: (result) => state.set({ result }),
    error: (error) => state.set({ result: undefined, failure: { error } }),
  })
  destroyed.onDestroy(() => subscription.unsubscribe())
  return computed(() => {
    const { result, failure } = state()
    if (failure !== undefined) throw failure.error
    return result
  })
}
