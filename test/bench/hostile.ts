// `npm run bench:hostile` prints how long the engine is busy with each request that is made to hurt, over the HTTP protocol
// without a port: when it comes for the first time, to code that has not been compiled yet, and the median of all times; and
// how much of that JavaScript's own JSON.parse takes. Times are the processor's, of all threads of this process, so that they
// say the same on a machine that does other things as well.

import { encodeText } from '../../src/base/utf8.ts'
import { outputOf } from '../support/endpoint.ts'
import { createProtocolEndpoint } from '../support/engine-endpoint.ts'
import { HOSTILE_REQUESTS } from '../support/hostile-requests.ts'
import { median } from './statistics.ts'

const ROUNDS = 9

const endpoint = createProtocolEndpoint()
await outputOf(endpoint, 'CreateTable', {
  TableName: 'main',
  AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
})
console.log('  first ms  median ms   parse ms   MB  request')
for (const { title, operation, body } of HOSTILE_REQUESTS) {
  const content = bytesOf(body())
  const whole: number[] = []
  const parsing: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    parsing.push(await busyMs(() => parse(content)))
    whole.push(await busyMs(() => endpoint.post(operation, content)))
  }
  const megabytes = (content.length / 1_000_000).toFixed(1).padStart(4)
  console.log(`${shown(whole[0] ?? 0)} ${shown(median(whole))} ${shown(median(parsing))} ${megabytes}  ${title}`)
}
await endpoint.close()

/** As the body comes over HTTP. */
function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? encodeText(body) : body
}

function parse(content: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder().decode(content))
  } catch (error) {
    // Some of the bodies are no JSON: how long it takes to see that is what is measured.
    if (!(error instanceof SyntaxError)) throw error
  }
}

async function busyMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function shown(durationMs: number): string {
  return durationMs.toFixed(1).padStart(10)
}
