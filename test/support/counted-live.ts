// A live result that tells how many subscriptions to it there are.

import type { Live } from '../../src/client/live.ts'

/** The same live result, counted. */
export function countSubscriptions<Result>(live: Live<Result>): {
  readonly live: Live<Result>
  readonly count: () => number
} {
  let count = 0
  const counted: Live<Result> = {
    key: live.key,
    get current() {
      return live.current
    },
    subscribe(observer, options) {
      const subscription = live.subscribe(observer, options)
      let isEnded = false
      count++
      const unsubscribe = (): void => {
        if (!isEnded) count--
        isEnded = true
        subscription.unsubscribe()
      }
      return { unsubscribe }
    },
    [Symbol.asyncIterator]: () => live[Symbol.asyncIterator](),
    '@@observable': () => counted,
  }
  return { live: counted, count: () => count }
}
