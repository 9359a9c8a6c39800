// `npm run bench:hostile` prints how long the engine takes to answer each request that is made to hurt, over the HTTP protocol
// without a port: when it comes for the first time, to code that has not been compiled yet, and the median of all times; how
// long the processor is busy with it, all threads of this process together, which says the same on a machine that does other
// things as well; and how much of that JavaScript's own JSON.parse takes.

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
console.log('  first ms  median ms    busy ms   parse ms   MB  request')
for (const { title, operation, body } of HOSTILE_REQUESTS) {
  const content = bytesOf(body())
  const whole: Cost[] = []
  const parsing: Cost[] = []
  for (let round = 0; round < ROUNDS; round++) {
    parsing.push(await costOf(() => parse(content)))
    whole.push(await costOf(() => endpoint.post(operation, content)))
  }
  const elapsed = whole.map(({ elapsedMs }) => elapsedMs)
  const busy = median(whole.map(({ busyMs }) => busyMs))
  const parsed = median(parsing.map(({ busyMs }) => busyMs))
  const times = [elapsed[0] ?? 0, median(elapsed), busy, parsed].map(shown).join(' ')
  console.log(`${times} ${(content.length / 1_000_000).toFixed(1).padStart(4)}  ${title}`)
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

interface Cost {
  readonly elapsedMs: number
  readonly busyMs: number
}

async function costOf(work: () => unknown): Promise<Cost> {
  const [cpu, startMs] = [process.cpuUsage(), performance.now()]
  await work()
  const elapsedMs = performance.now() - startMs
  const { user, system } = process.cpuUsage(cpu)
  return { elapsedMs, busyMs: (user + system) / 1000 }
}

function shown(durationMs: number): string {
  return durationMs.toFixed(1).padStart(10)
}
