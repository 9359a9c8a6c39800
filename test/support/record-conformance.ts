// `npm run conformance:record -- --endpoint http://127.0.0.1:8000 [operation …]` records what a reference server, Amazon's
// DynamoDB Local, answers to the conformance scripts.

import { writeFile } from 'node:fs/promises'
import { SCRIPTS } from '../conformance/scripts/all.ts'
import { answersOf } from './answers-of.ts'
import { readConformanceOptions } from './conformance-options.ts'
import type { Answer, Script } from './conformance-script.ts'
import { deleteTables, type Endpoint } from './endpoint.ts'
import { recordingFile } from './expected-answer.ts'
import { createHttpEndpoint } from './http-endpoint.ts'

async function record(endpoint: Endpoint, script: Script): Promise<void> {
  await deleteTables(endpoint)
  const answers: Record<string, Answer> = {}
  for (const [at, answer] of (await answersOf(script, endpoint)).entries()) {
    const title = script.steps[at]?.title ?? ''
    if (Object.hasOwn(answers, title)) throw new Error(`${script.operation} has two steps "${title}"`)
    answers[title] = answer
  }
  const lines = Object.entries(answers).map(
    ([title, answer]) => `  ${JSON.stringify(title)}: ${JSON.stringify(answer)}`,
  )
  await writeFile(recordingFile(script.operation), `{\n${lines.join(',\n')}\n}\n`)
}

const { url, isWanted } = readConformanceOptions()
// A key that is used for the first time has no streams of tables that are gone, which the server keeps for a day.
const endpoint = createHttpEndpoint(url, { accessKeyId: `conformance${Date.now()}` })
for (const script of SCRIPTS.filter(isWanted)) await record(endpoint, script)
await deleteTables(endpoint)
await endpoint.close()
