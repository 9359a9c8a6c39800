// Lines on which a request of some size takes longer than a request may take.

import { expect, it } from 'vitest'
import { createRemote, createReplica, createStepClock, keyOf } from '../../support/replication-fixture.ts'

/** More than the pushes and failures that it takes. */
const MAX_ROUNDS = 50

it('let pushes through that have become small enough', async () => {
  const clock = createStepClock()
  const remote = await createRemote(clock)
  const { send } = remote.api
  Object.assign(remote.api, {
    send(operation: string, input: { readonly TransactItems?: readonly object[] }) {
      const isTooLong = operation === 'TransactWriteItems' && (input.TransactItems?.length ?? 0) > 15
      const error = Object.assign(new Error('The operation was aborted due to timeout'), { name: 'TimeoutError' })
      return isTooLong ? Promise.reject(error) : send(operation, input)
    },
  })
  const replica = await createReplica(remote, clock)
  for (let n = 0; n < 90; n++) await replica.put({ ...keyOf(`item ${n}`), n: { N: `${n}` } })
  const failures: string[] = []
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await replica.replicator.syncOnce().catch(({ name }: Error) => failures.push(name))
  }
  expect(await replica.replicator.replica.pending(1)).toEqual([])
  expect(await replica.replicator.parked()).toEqual([])
  // 90, 45, 23 and 12 intents: what has been let through once is not tried larger before all have left.
  expect(failures).toEqual(['TimeoutError', 'TimeoutError', 'TimeoutError'])
  expect(await replica.replicator.replica.attempts()).toEqual([])
})
