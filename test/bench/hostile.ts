// `npm run bench:hostile` prints how long the engine is busy with each request that is made to hurt, over the HTTP protocol
// without a port, and how much of that JavaScript's own JSON.parse takes.

import { outputOf } from '../support/endpoint.ts'
import { createProtocolEndpoint } from '../support/engine-endpoint.ts'
import { HOSTILE_REQUESTS } from '../support/hostile-requests.ts'
import { median } from './statistics.ts'

const ROUNDS = 5

const endpoint = createProtocolEndpoint()
await outputOf(endpoint, 'CreateTable', {
  TableName: 'main',
  AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
})
console.log('  whole ms   parse ms   MB  request')
for (const { title, operation, body } of HOSTILE_REQUESTS) {
  const content = body()
  const whole: number[] = []
  const parsing: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    parsing.push(timeOf(() => parse(content)))
    const startedAtMs = performance.now()
    await endpoint.post(operation, content)
    whole.push(performance.now() - startedAtMs)
  }
  const megabytes = (content.length / 1_000_000).toFixed(1).padStart(4)
  console.log(`${shown(median(whole))} ${shown(median(parsing))} ${megabytes}  ${title}`)
}
await endpoint.close()

function parse(content: string | Uint8Array): void {
  try {
    JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content))
  } catch (error) {
    // Some of the bodies are no JSON: how long it takes to see that is what is measured.
    if (!(error instanceof SyntaxError)) throw error
  }
}

function timeOf(work: () => void): number {
  const startedAtMs = performance.now()
  work()
  return performance.now() - startedAtMs
}

function shown(durationMs: number): string {
  return durationMs.toFixed(1).padStart(10)
}
