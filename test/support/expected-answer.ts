// What a step of a conformance script has to be answered: what the service answers, which is what the reference server did
// when its answers were recorded, save where the step says otherwise; and Tidetable's own answer where a gap is known.

import { readFileSync } from 'node:fs'
import { KNOWN_GAPS } from '../conformance/known-gaps.ts'
import type { Answer, Script, Step } from './conformance-script.ts'
import { inOneOrder, plainAnswer } from './plain-answer.ts'

/** Recorded answers by the titles of their steps. */
export type Recording = Readonly<Record<string, Answer>>

/** What a step has to be answered, in the form of `comparable`. */
export interface Expectation {
  readonly answer: Answer
  /** The service's, where Tidetable is known to answer something else. */
  readonly service?: Answer
  /** The recorded one, where the reference server is known to answer something else. */
  readonly reference?: Answer
}

/** The recorded answers to a script. */
export function readRecording(operation: string): Recording {
  return JSON.parse(readFileSync(recordingFile(operation), 'utf8')) as Recording
}

/** Where the answers to a script are recorded. */
export function recordingFile(operation: string): URL {
  return new URL(`../conformance/fixtures/${operation}.json`, import.meta.url)
}

/** An answer in the form in which answers to this step are compared. */
export function comparable({ isUnordered }: Step, answer: Answer): Answer {
  return isUnordered === true ? inOneOrder(plainAnswer(answer)) : plainAnswer(answer)
}

/**
 * What a step has to be answered.
 *
 * @throws Error when nothing is recorded for it
 */
export function expectationOf(script: Script, step: Step, recording: Recording): Expectation {
  const recorded = recording[step.title]
  if (recorded === undefined) throw new Error(`No answer to "${step.title}" is recorded: npm run conformance:record`)
  const service = comparable(step, step.service ?? recorded)
  const gap = KNOWN_GAPS.find((known) => known.operation === script.operation && known.title === step.title)
  return {
    answer: gap === undefined ? service : comparable(step, gap.answer),
    ...(gap !== undefined && { service }),
    ...(step.service !== undefined && { reference: comparable(step, recorded) }),
  }
}
