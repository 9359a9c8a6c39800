// An engine of this process as an endpoint: by its own door, or by the HTTP protocol without a port.

import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { createEngine, type Engine } from '../../src/engine/engine.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { createProtocol } from '../../src/server/protocol.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import type { Answer } from './conformance-script.ts'
import { answerOf, type Endpoint, targetOf } from './endpoint.ts'
import type { HttpEndpoint, HttpReply } from './http-endpoint.ts'
import { plainAnswer, plainInput } from './plain-answer.ts'

const SEED = 1

/** An engine over an empty store, by `dispatch`. */
export function createEngineEndpoint(store: OrderedStore = createMemoryStore()): Endpoint {
  const engine = newEngine(store)
  return {
    async send(operation, input) {
      return plainAnswer(await dispatched(engine, operation, input))
    },
    close: () => engine.close(),
  }
}

/** An engine over an empty store, by the HTTP protocol. What is no exception of the service rejects. */
export function createProtocolEndpoint(store: OrderedStore = createMemoryStore()): HttpEndpoint {
  const engine = newEngine(store)
  const protocol = createProtocol({
    dispatch: engine.dispatch,
    authenticate: () => undefined,
    random: seededRandom(SEED),
    region: 'local',
  })
  const post = async (operation: string, body: string | Uint8Array): Promise<HttpReply> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': targetOf(operation) }
    const response = await protocol({ method: 'POST', path: '/', headers, body: body as Uint8Array<ArrayBuffer> })
    return { status: response.status, text: new TextDecoder().decode(response.body) }
  }
  return {
    post,
    async send(operation, input) {
      const { status, text } = await post(operation, JSON.stringify(plainInput(input) ?? {}))
      return plainAnswer(answerOf(status, JSON.parse(text) as unknown))
    },
    close: () => engine.close(),
  }
}

function newEngine(store: OrderedStore): Engine {
  return createEngine({ store, clock: systemClock, random: seededRandom(SEED) })
}

async function dispatched(engine: Engine, operation: string, input: unknown): Promise<Answer> {
  try {
    return { output: await engine.dispatch(operation, input) }
  } catch (error) {
    if (!(error instanceof ServiceException)) throw error
    const { name, message, Item, CancellationReasons } = error
    return {
      error: {
        name,
        message,
        ...(Item !== undefined && { Item }),
        ...(CancellationReasons !== undefined && { CancellationReasons }),
      },
    }
  }
}
