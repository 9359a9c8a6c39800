// The package's entry `tidetable/vue`: live results as refs.

import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from 'vue'
import type { Live } from './live.ts'

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
  let live: Live<Result> | undefined | null
  // A getter makes a new one each time; what is asked for is all in the key.
  const keyOf = (): string | undefined => {
    live = toValue(source)
    return live?.key
  }
  const follow = (_key: string | undefined, _before: unknown, onCleanup: (end: () => void) => void): void => {
    result.value = live?.current
    error.value = undefined
    const subscription = live?.subscribe({
      next: (next) => void (result.value = next),
      error: (reason) => void (error.value = reason),
    })
    // Also at once on a server, where nobody is mounted and no scope ends.
    onCleanup(() => subscription?.unsubscribe())
  }
  watch(keyOf, follow, { immediate: true })
  return { result, error }
}
