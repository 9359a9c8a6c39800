// The package's entry `tidetable/react`: live results in components.

import { useMemo, useSyncExternalStore } from 'react'
import { systemClock } from '../base/clock.ts'
import { DatabaseError } from '../base/database-error.ts'
import type { Live } from './live.ts'

/** What a component has of a live result. */
interface State<Result> {
  readonly result: Result | undefined
  readonly failure: { readonly error: unknown } | undefined
}

interface Store<Result> {
  readonly subscribe: (onChange: () => void) => () => void
  readonly snapshot: () => State<Result>
}

const NOTHING: State<never> = { result: undefined, failure: undefined }

const FAILURE_KEPT_MS = 1000

/** A first result that components wait for. */
interface Waiting {
  readonly first: Promise<void>
  failure: State<never>['failure']
}

/** First results that components wait for, by the keys of what they show. */
const waiting = new Map<string, Waiting>()

/**
 * The result of a live query, scan or get; undefined before it is there, and on a server. It need not be memoised: requests
 * that ask alike share one subscription.
 *
 * @param live undefined or null while there is nothing to ask for
 * @throws why the result has ended, for the nearest error boundary
 * @example
 * const result = useLive(cities.query({ where: { country } }).live())
 * return <ul>{result?.rows.map((city) => <li key={city.name}>{city.name}</li>)}</ul>
 */
export function useLive<Result>(live: Live<Result> | undefined | null): Result | undefined {
  const key = live?.key
  // What is asked for is all in the key.
  const store = useMemo(() => createStore(live), [key])
  const { result, failure } = useSyncExternalStore(store.subscribe, store.snapshot, nothing)
  if (failure !== undefined) throw failure.error
  return result
}

/**
 * The result of a live query, scan or get. Suspends until it is there.
 *
 * @throws why the result has ended, for the nearest error boundary; a promise, for the nearest `Suspense`
 */
export function useLiveSuspense<Result>(live: Live<Result>): Result {
  const result = useLive(live) ?? live.current
  if (result !== undefined) return result
  let wait = waiting.get(live.key)
  if (wait?.failure !== undefined) throw wait.failure.error
  if (wait === undefined) waiting.set(live.key, (wait = waitForFirst(live)))
  // reason: a promise that is thrown is how a component suspends in every version of React.
  // oxlint-disable-next-line typescript/only-throw-error
  throw wait.first
}

function nothing(): State<never> {
  return NOTHING
}

function createStore<Result>(live: Live<Result> | undefined | null): Store<Result> {
  let state: State<Result> = live?.current === undefined ? NOTHING : { result: live.current, failure: undefined }
  return {
    snapshot: () => state,
    subscribe(onChange) {
      const change = (next: State<Result>): void => {
        if (next.result === state.result && next.failure === state.failure) return
        state = next
        onChange()
      }
      const subscription = live?.subscribe({
        next: (result) => change({ result, failure: undefined }),
        error: (error) => change({ result: undefined, failure: { error } }),
      })
      return () => subscription?.unsubscribe()
    },
  }
}

/**
 * Subscribes until there is a result, which is then kept long enough for the component to come back. One that comes back
 * later than that asks anew.
 */
function waitForFirst(live: Live<unknown>): Waiting {
  let settle: () => void
  const wait: Waiting = { first: new Promise<void>((resolve) => (settle = resolve)), failure: undefined }
  const fail = (error: unknown): void => {
    wait.failure = { error }
    // React renders again before it gives up; whoever mounts later asks anew.
    systemClock.after(FAILURE_KEPT_MS, () => waiting.delete(live.key))
    settle()
  }
  const subscription = live.subscribe({
    next() {
      waiting.delete(live.key)
      settle()
      subscription.unsubscribe()
    },
    error: fail,
    complete: () => fail(new DatabaseError('StorageClosed', 'The database has been closed.')),
  })
  return wait
}
