// Records what a reference server (Amazon's DynamoDB Local) answers to the conformance scripts:
//   npx tsx test/support/record-conformance.ts http://127.0.0.1:8000 [operation …]

import { writeFile } from 'node:fs/promises'
import { SCRIPTS } from '../conformance/scripts/all.ts'
import type { Answer, Script } from './conformance-script.ts'
import { plainAnswer, plainInput } from './plain-answer.ts'

const FIXTURES = new URL('../conformance/fixtures/', import.meta.url)
/** The reference server keeps the tables of each access key apart, so nobody else's are in the way. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=conformance/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0'

type Output = Readonly<Record<string, unknown>>

async function call(endpoint: string, operation: string, input: unknown): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      'Content-Type': 'application/x-amz-json-1.0',
      Authorization: AUTHORIZATION,
    },
    body: JSON.stringify(plainInput(input)),
  })
  const output = (await response.json()) as Output
  const type = output['__type']
  if (typeof type !== 'string') return { output }
  const { message = output['Message'], Item } = output
  const name = type.slice(type.indexOf('#') + 1)
  return { error: { name, message: String(message), ...(Item !== undefined && { Item }) } }
}

async function deleteTables(endpoint: string): Promise<void> {
  const answer = await call(endpoint, 'ListTables', {})
  if (!('output' in answer)) throw new Error(`ListTables failed: ${JSON.stringify(answer)}`)
  for (const name of (answer.output as { readonly TableNames: readonly string[] }).TableNames) {
    await call(endpoint, 'UpdateTable', { TableName: name, DeletionProtectionEnabled: false })
    await call(endpoint, 'DeleteTable', { TableName: name })
  }
}

async function record(endpoint: string, script: Script): Promise<void> {
  await deleteTables(endpoint)
  const answers: Record<string, Answer> = {}
  for (const { title, operation, input } of script.steps) {
    if (Object.hasOwn(answers, title)) throw new Error(`${script.operation} has two steps "${title}"`)
    answers[title] = plainAnswer(await call(endpoint, operation, input))
  }
  const lines = Object.entries(answers).map(
    ([title, answer]) => `  ${JSON.stringify(title)}: ${JSON.stringify(answer)}`,
  )
  await writeFile(new URL(`${script.operation}.json`, FIXTURES), `{\n${lines.join(',\n')}\n}\n`)
}

const [endpoint = 'http://127.0.0.1:8000', ...operations] = process.argv.slice(2)
for (const script of SCRIPTS) {
  if (operations.length === 0 || operations.includes(script.operation)) await record(endpoint, script)
}
await deleteTables(endpoint)
