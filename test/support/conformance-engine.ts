// Sends the steps of conformance scripts to an engine of their own.

import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import type { Answer, Script } from './conformance-script.ts'
import { plainAnswer } from './plain-answer.ts'

const SEED = 1

/** The engine's answers to the steps of a script, in order, over an empty store. */
export async function answersOf(script: Script, store: OrderedStore): Promise<readonly Answer[]> {
  const engine = createEngine({ store, clock: systemClock, random: seededRandom(SEED) })
  const answers: Answer[] = []
  for (const { operation, input } of script.steps) answers.push(plainAnswer(await send(engine, operation, input)))
  await engine.close()
  return answers
}

async function send(engine: Engine, operation: string, input: unknown): Promise<Answer> {
  try {
    return { output: await engine.dispatch(operation, input) }
  } catch (error) {
    if (!(error instanceof ServiceException)) throw error
    const { name, message, Item } = error
    return { error: { name, message, ...(Item !== undefined && { Item }) } }
  }
}
