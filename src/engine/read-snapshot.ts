// Reads run on one snapshot, which is closed whatever happens. A consistent read first sees to it that every commit made
// before the call is visible.

import type { MaybePromise } from '../base/maybe-promise.ts'
import type { OrderedStore, Snapshot } from '../storage/contract.ts'

/**
 * Runs a read.
 *
 * @param isConsistent whether commits of other workers made before the call have to be seen
 * @param read is given the snapshot, which is closed when its answer is there
 */
export function readSnapshot<T>(
  store: OrderedStore,
  isConsistent: boolean,
  read: (snapshot: Snapshot) => MaybePromise<T>,
): MaybePromise<T> {
  return isConsistent ? store.refresh().then(() => readNow(store, read)) : readNow(store, read)
}

function readNow<T>(store: OrderedStore, read: (snapshot: Snapshot) => MaybePromise<T>): MaybePromise<T> {
  const snapshot = store.snapshot()
  let answer: MaybePromise<T>
  try {
    answer = read(snapshot)
  } catch (error) {
    snapshot.close()
    throw error
  }
  if (answer instanceof Promise) return answer.finally(() => snapshot.close())
  snapshot.close()
  return answer
}
