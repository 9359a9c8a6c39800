// Makes tests of a conformance script: the engine has to answer each step as the service does, which is as the reference
// server did when its answers were recorded, save where a step says otherwise.

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { KNOWN_GAPS } from '../conformance/known-gaps.ts'
import { answersOf } from './conformance-engine.ts'
import type { Answer, Script, Step } from './conformance-script.ts'
import { inOneOrder, plainAnswer } from './plain-answer.ts'
import { createSlowStore } from './slow-store.ts'

/** Recorded answers by the titles of their steps. */
type Fixture = Readonly<Record<string, Answer>>

const STORES: readonly (readonly [string, () => OrderedStore])[] = [
  ['answers at once', createMemoryStore],
  ['has to be waited for', createSlowStore],
]

/** Makes a test of each step. */
export function replayScript(script: Script): void {
  const fixture = readFixture(script.operation)
  describe.for(STORES)(`script ${script.operation} over a store that %s`, ([, createStore]) => {
    let answers: readonly Answer[] = []
    beforeAll(async () => {
      answers = await answersOf(script, createStore())
    })
    it.for(script.steps.map((step, at) => ({ title: step.title, step, at })))('$title', ({ title, step, at }) => {
      const answer = answers[at] as Answer
      const recorded = fixture[title]
      expect(recorded, 'the answer of the reference server is recorded').toBeDefined()
      check({ script, step, answer, recorded: recorded as Answer })
    })
  })
}

interface Checked {
  readonly script: Script
  readonly step: Step
  readonly answer: Answer
  readonly recorded: Answer
}

function check({ script, step, answer, recorded }: Checked): void {
  const ordered = step.isUnordered === true ? inOneOrder : (same: Answer): Answer => same
  const actual = ordered(answer)
  if (step.service !== undefined) {
    expect(ordered(recorded), 'the reference server still differs from the service').not.toEqual(step.service)
  }
  const expected = ordered(plainAnswer(step.service ?? recorded))
  const gap = KNOWN_GAPS.find((known) => known.operation === script.operation && known.title === step.title)
  if (gap === undefined) {
    expect(actual).toEqual(expected)
  } else {
    expect(actual, 'the gap is closed: take it off the list').not.toEqual(expected)
    expect(actual).toEqual(plainAnswer(gap.answer))
  }
}

function readFixture(operation: string): Fixture {
  const file = new URL(`../conformance/fixtures/${operation}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Fixture
}
