// Sends the steps of conformance scripts to an engine of their own, on the memory store.

import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import type { Answer, Script } from './conformance-script.ts'
import { plainAnswer } from './plain-answer.ts'

const SEED = 1

/** An engine with nothing in it. */
export function emptyEngine(): Engine {
  return createEngine({ store: createMemoryStore(), clock: systemClock, random: seededRandom(SEED) })
}

/** The engine's answers to the steps of a script, in order. */
export async function answersOf(script: Script): Promise<readonly Answer[]> {
  const engine = emptyEngine()
  const answers: Answer[] = []
  for (const { operation, input } of script.steps) answers.push(plainAnswer(await send(engine, operation, input)))
  await engine.close()
  return answers
}

/** The engine's answer to one request. */
export async function send(engine: Engine, operation: string, input: unknown): Promise<Answer> {
  try {
    return { output: await engine.dispatch(operation, input) }
  } catch (error) {
    if (!(error instanceof ServiceException)) throw error
    const { name, message, Item } = error
    return { error: { name, message, ...(Item !== undefined && { Item }) } }
  }
}
