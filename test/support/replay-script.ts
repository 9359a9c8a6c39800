// Makes tests of conformance scripts: each step has to be answered as the service answers it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { answersOf } from './answers-of.ts'
import type { Answer, Script } from './conformance-script.ts'
import { deleteTables, type Endpoint } from './endpoint.ts'
import { createEngineEndpoint } from './engine-endpoint.ts'
import { comparable, expectationOf, readRecording } from './expected-answer.ts'
import { createSlowStore } from './slow-store.ts'

const STORES: readonly (readonly [string, () => OrderedStore])[] = [
  ['answers at once', createMemoryStore],
  ['has to be waited for', createSlowStore],
]

/** Makes a test of each step of a script, over engines in this process. */
export function replayScript(script: Script): void {
  describe.for(STORES)(`script ${script.operation} over a store that %s`, ([, createStore]) => {
    checkSteps(script, async () => {
      const endpoint = createEngineEndpoint(createStore())
      const answers = await answersOf(script, endpoint)
      await endpoint.close()
      return answers
    })
  })
}

/** Makes a test of each step of some scripts, which are sent to one endpoint one after another. */
export function replayScripts(name: string, scripts: readonly Script[], open: () => Promise<Endpoint>): void {
  describe(name, () => {
    let endpoint: Endpoint
    beforeAll(async () => {
      endpoint = await open()
    })
    afterAll(() => endpoint.close())
    describe.for(scripts)('script $operation', (script) => {
      checkSteps(script, async () => {
        await deleteTables(endpoint)
        return answersOf(script, endpoint)
      })
    })
  })
}

function checkSteps(script: Script, send: () => Promise<readonly Answer[]>): void {
  const recording = readRecording(script.operation)
  let answers: readonly Answer[] = []
  beforeAll(async () => {
    answers = await send()
  })
  it.for(script.steps.map((step, at) => ({ title: step.title, step, at })))('$title', ({ step, at }) => {
    const actual = comparable(step, answers[at] as Answer)
    const { answer, service, reference } = expectationOf(script, step, recording)
    if (reference !== undefined) {
      expect(reference, 'the reference server still differs from the service').not.toEqual(service ?? answer)
    }
    if (service !== undefined) expect(actual, 'the gap is closed: take it off the list').not.toEqual(service)
    expect(actual).toEqual(answer)
  })
}
