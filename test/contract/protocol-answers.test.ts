// Whatever the engine answers, the HTTP protocol carries: every request of the conformance scripts is sent both ways, and
// both answers must be the same.

import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { createHttpHandler } from '../../src/server/http-handler.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { SCRIPTS } from '../conformance/scripts/all.ts'
import { answersOf } from '../support/conformance-engine.ts'
import type { Answer, Script } from '../support/conformance-script.ts'
import { ANY_AUTHORIZATION } from '../support/http-requests.ts'
import { plainAnswer, plainInput } from '../support/plain-answer.ts'

/** A document of an exception, whose message has a capital letter in some. */
interface ErrorDocument {
  readonly __type: string
  readonly message?: string
  readonly Message?: string
  readonly Item?: unknown
}

/** The answers to the steps of a script over HTTP. */
async function answersOverHttp({ steps }: Script): Promise<readonly Answer[]> {
  const engine = createEngine({ store: createMemoryStore(), clock: systemClock, random: seededRandom(1) })
  const handle = createHttpHandler({ dispatch: engine.dispatch })
  const answers: Answer[] = []
  for (const { operation, input } of steps) {
    const request = new Request('http://127.0.0.1/', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': `DynamoDB_20120810.${operation}`,
        Authorization: ANY_AUTHORIZATION,
      },
      body: JSON.stringify(plainInput(input) ?? {}),
    })
    const response = await handle(request)
    const document: unknown = await response.json()
    answers.push(plainAnswer(response.status === 200 ? { output: document } : failure(document as ErrorDocument)))
  }
  await engine.close()
  return answers
}

function failure({ __type: type, message, Message, Item }: ErrorDocument): Answer {
  const name = type.slice(type.indexOf('#') + 1)
  return { error: { name, message: message ?? Message ?? '', ...(Item !== undefined && { Item }) } }
}

describe('the HTTP protocol carries every answer of the engine', () => {
  it.for(SCRIPTS)('to the script $operation', async (script) => {
    expect(await answersOverHttp(script)).toEqual(await answersOf(script, createMemoryStore()))
  })
})
