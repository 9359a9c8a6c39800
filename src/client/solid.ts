// The package's entry `tidetable/solid`: live results as accessors.

import { type Accessor, createComputed, createMemo, createSignal, onCleanup } from 'solid-js'
import type { Live } from './live.ts'

interface State<Result> {
  readonly result: Result | undefined
  readonly failure?: { readonly error: unknown }
}

/**
 * Follows a live query, scan or get until its owner is disposed of. Rows that have not changed are the same objects, so that
 * `<For>` leaves theirs alone.
 *
 * @param source what to follow; undefined or null while there is nothing to ask for
 * @returns the result, undefined before it is there; it throws why the result has ended
 * @example
 * const dutch = createLive(() => cities.query({ where: { country: country() } }).live())
 * return <For each={dutch()?.rows}>{(city) => <li>{city.name}</li>}</For>
 */
export function createLive<Result>(source: () => Live<Result> | undefined | null): Accessor<Result | undefined> {
  // What is asked for is all in the key.
  const live = createMemo(source, undefined, { equals: (before, after) => before?.key === after?.key })
  const [state, setState] = createSignal<State<Result>>({ result: undefined })
  createComputed(() => {
    const present = live()
    setState({ result: present?.current })
    const subscription = present?.subscribe({
      next: (result) => setState({ result }),
      error: (error) => setState({ result: undefined, failure: { error } }),
    })
    onCleanup(() => subscription?.unsubscribe())
  })
  return () => {
    const { result, failure } = state()
    if (failure !== undefined) throw failure.error
    return result
  }
}
