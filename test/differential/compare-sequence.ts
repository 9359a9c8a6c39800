// Sends a sequence to an engine of this process and to the reference, and finds where their answers differ.

import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../support/conformance-script.ts'
import { createProtocolEndpoint } from '../support/engine-endpoint.ts'
import type { HttpEndpoint } from '../support/http-endpoint.ts'
import type { DrawnStep } from './draw-requests.ts'
import { knownDifference } from './known-differences.ts'
import { sendStep, type StepResult } from './send-step.ts'

/** One step that was answered differently. */
export interface Difference {
  /** Index of the step in its sequence. */
  readonly at: number
  readonly step: DrawnStep
  readonly ours: Answer
  readonly theirs: Answer
  /** The name of the known difference, if it is one. */
  readonly known?: string
}

/** What came of a sequence. */
export interface SequenceResult {
  /** Sent to each side. */
  readonly requests: number
  readonly equalRequests: number
  readonly differences: readonly Difference[]
}

/** Answers steps in order: the reference itself, or a recording of it. */
export type Reference = (step: DrawnStep, at: number) => Promise<StepResult>

/**
 * Compares a sequence. It ends early where only one side has written, as the two then hold different items, and behind a
 * difference that is not known.
 */
export async function compareSequence(steps: readonly DrawnStep[], reference: Reference): Promise<SequenceResult> {
  const engine = createProtocolEndpoint()
  const differences: Difference[] = []
  let requests = 0
  let equalRequests = 0
  for (const [at, step] of steps.entries()) {
    const [ours, theirs] = [await ourResult(engine, step), await reference(step, at)]
    requests += theirs.requests
    if (isDeepStrictEqual(ours.answer, theirs.answer)) {
      equalRequests += theirs.requests
      continue
    }
    const known = knownDifference(step, ours.answer, theirs.answer)
    differences.push({
      at,
      step,
      ours: ours.answer,
      theirs: theirs.answer,
      ...(known !== undefined && { known: known.name }),
    })
    if (known === undefined || hasParted(step, ours.answer, theirs.answer)) break
  }
  await engine.close()
  return { requests, equalRequests, differences }
}

function hasParted({ walk, operation }: DrawnStep, ours: Answer, theirs: Answer): boolean {
  if (walk !== undefined || /Get|Describe/.test(operation)) return false
  if ('output' in ours || 'output' in theirs) return 'output' in ours !== 'output' in theirs
  // The reference looks at some parameters when it has written, and may then fail.
  if (theirs.error.name === 'InternalFailure' || ours.error.name === 'SerializationException') return true
  return ours.error.message.includes(" at 'return")
}

/** A failure that is no exception of the service is an answer that is never right. */
async function ourResult(engine: HttpEndpoint, step: DrawnStep): Promise<StepResult> {
  try {
    return await sendStep(engine, step)
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { answer: { error: { name: 'Failure', message } }, requests: 1 }
  }
}
