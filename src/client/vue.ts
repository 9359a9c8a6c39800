// The package's entry `tidetable/vue`: live results as refs.

import { type MaybeRefOrGetter, onScopeDispose, type ShallowRef, shallowRef, toValue, watchEffect } from 'vue'
import type { Live, LiveSubscription } from './live.ts'

/** A live result in a component. */
export interface LiveRefs<Result> {
  /** Undefined before it is there. */
  readonly result: Readonly<ShallowRef<Result | undefined>>
  /** Why the result has ended. */
  readonly error: Readonly<ShallowRef<unknown>>
}

/**
 * Follows a live query, scan or get until the component, or the scope, is gone.
 *
 * @param source what to follow, as a value, ref or getter; undefined or null while there is nothing to ask for
 * @example
 * const { result } = useLive(() => cities.query({ where: { country: props.country } }).live())
 */
export function useLive<Result>(source: MaybeRefOrGetter<Live<Result> | undefined | null>): LiveRefs<Result> {
  const result = shallowRef<Result>()
  const error = shallowRef<unknown>()
  let key: string | undefined
  let subscription: LiveSubscription | undefined
  watchEffect(() => {
    const live = toValue(source)
    // A getter makes a new one each time; what is asked for is all in the key.
    if (live?.key === key && subscription !== undefined) return
    subscription?.unsubscribe()
    key = live?.key
    result.value = live?.current
    error.value = undefined
    subscription = live?.subscribe({
      next: (next) => void (result.value = next),
      error: (reason) => void (error.value = reason),
    })
  })
  onScopeDispose(() => subscription?.unsubscribe())
  return { result, error }
}
