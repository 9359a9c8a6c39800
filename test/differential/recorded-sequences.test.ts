// The engine against what the reference server answered to a sample of random sequences, without the server.

import { describe, expect, it } from 'vitest'
import { compareSequence } from './compare-sequence.ts'
import { KNOWN_DIFFERENCES } from './known-differences.ts'
import { readRecording, type RecordedSequence } from './recording.ts'
import type { StepResult } from './send-step.ts'

/** Fewer would not be worth their name. */
const MIN_REQUESTS = 5000

const recording = readRecording()

function referenceOf({ answers }: RecordedSequence): () => Promise<StepResult> {
  let at = 0
  return () => Promise.resolve(answers[at++] as StepResult)
}

describe('the engine', () => {
  it.for(recording)('answers the recorded sequence of seed $seed as the reference did', async (sequence) => {
    const { differences } = await compareSequence(sequence.steps, referenceOf(sequence))
    expect(differences.filter(({ known }) => known === undefined)).toEqual([])
  })

  it('is compared over thousands of requests', () => {
    const counts = recording.flatMap(({ answers }) => answers.map(({ requests }) => requests))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(MIN_REQUESTS)
  })
})

describe('the known differences', () => {
  it('each have a name of their own', () => {
    const names = KNOWN_DIFFERENCES.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
