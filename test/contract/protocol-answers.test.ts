// Whatever the engine answers, the HTTP protocol carries: every request of the conformance scripts is sent both ways, and
// both answers must be the same.

import { describe, expect, it } from 'vitest'
import { SCRIPTS } from '../conformance/scripts/all.ts'
import { answersOf } from '../support/answers-of.ts'
import { createEngineEndpoint, createProtocolEndpoint } from '../support/engine-endpoint.ts'

describe('the HTTP protocol carries every answer of the engine', () => {
  it.for(SCRIPTS)('to the script $operation', async (script) => {
    const [door, protocol] = [createEngineEndpoint(), createProtocolEndpoint()]
    expect(await answersOf(script, protocol)).toEqual(await answersOf(script, door))
    await Promise.all([door.close(), protocol.close()])
  })
})
