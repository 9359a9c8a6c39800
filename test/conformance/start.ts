// `npm run conformance -- --endpoint http://127.0.0.1:8000 [operation …]` sends the conformance scripts to any server that
// speaks DynamoDB's protocol and prints which steps it answers differently. The scripts need a database without tables;
// `--delete-tables` lets them make one.

import { isDeepStrictEqual } from 'node:util'
import { answersOf } from '../support/answers-of.ts'
import { readConformanceOptions } from '../support/conformance-options.ts'
import type { Answer, Script } from '../support/conformance-script.ts'
import { deleteTables, type Endpoint, tableNames } from '../support/endpoint.ts'
import { comparable, expectationOf, readRecording } from '../support/expected-answer.ts'
import { createHttpEndpoint } from '../support/http-endpoint.ts'
import { SCRIPTS } from './scripts/all.ts'

await main()

async function main(): Promise<void> {
  const { url, mayDeleteTables, isWanted } = readConformanceOptions()
  const endpoint = createHttpEndpoint(url)
  const names = await tableNames(endpoint)
  if (names.length > 0 && !mayDeleteTables) {
    throw new Error(`${url} has tables (${names.join(', ')}): --delete-tables deletes them.`)
  }
  let steps = 0
  let differences = 0
  for (const script of SCRIPTS.filter(isWanted)) {
    steps += script.steps.length
    differences += await run(script, endpoint)
  }
  await deleteTables(endpoint)
  await endpoint.close()
  console.log(`\n${steps - differences} answers as expected, ${differences} not`)
  process.exitCode = differences === 0 ? 0 : 1
}

/** @returns how many steps were answered differently */
async function run(script: Script, endpoint: Endpoint): Promise<number> {
  await deleteTables(endpoint)
  const answers = await answersOf(script, endpoint)
  const recording = readRecording(script.operation)
  let differences = 0
  for (const [at, step] of script.steps.entries()) {
    const actual = comparable(step, answers[at] as Answer)
    const { answer } = expectationOf(script, step, recording)
    if (isDeepStrictEqual(actual, answer)) continue
    differences++
    console.log(`${script.operation}: ${step.title}\n  expected ${shown(answer)}\n  got      ${shown(actual)}`)
  }
  console.log(`${script.operation}: ${script.steps.length - differences} of ${script.steps.length}`)
  return differences
}

function shown(answer: Answer): string {
  const maxChars = 1000
  return JSON.stringify(answer).slice(0, maxChars)
}
