// Who listens for hints, and how that ends.

import { describe, expect, it } from 'vitest'
import { createHintBoard, MAX_LISTENERS } from '../../../src/server/hint-board.ts'
import { createStepClock } from '../../support/replication-fixture.ts'

const clock = { ...createStepClock(), after: () => ({ cancel: () => undefined }) }

describe('a listener', () => {
  it('leaves when the server cancels its answer, as many do when the other side has gone', async () => {
    const board = createHintBoard(clock)
    for (let n = 0; n <= MAX_LISTENERS; n++) {
      const { status, body } = board.subscribe(['a'], new AbortController().signal)
      expect(status).toBe(200)
      await body?.cancel()
    }
  })
})
