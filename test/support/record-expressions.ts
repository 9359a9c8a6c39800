// Records what a reference server (Amazon's DynamoDB Local) answers to the cases of expression-cases.ts, so that the
// tests need no server: node_modules/.bin/rolldown test/support/record-expressions.ts --platform node | node --input-type=module - <endpoint>

import { writeFile } from 'node:fs/promises'
import {
  CASE_ITEM,
  CONDITION_CASES,
  type ExpressionCase,
  HASH_KEY_CASES,
  KEY_CASES,
  PROJECTION_CASES,
  SUBSTITUTION_CASES,
  TEXT_KEY_CASES,
  UPDATE_CASES,
} from './expression-cases.ts'

/** What the server said: that the request is refused, or what it made of CASE_ITEM. */
type Answer = Readonly<Record<string, unknown>>

/** How the cases of one fixture are sent, and what of the answer is kept. */
interface Recording {
  readonly file: string
  readonly table: string
  readonly operation: string
  readonly parameter: string
  readonly cases: readonly ExpressionCase[]
  readonly request: Readonly<Record<string, unknown>>
  readonly keep: (output: Readonly<Record<string, unknown>>) => Answer
}

const DIRECTORY = 'test/unit/expressions/fixtures'
const KEY = { p: { S: 'key' }, s: { N: '1' } }
const TABLES = { record_sn: { p: 'S', s: 'N' }, record_ss: { p: 'S', s: 'S' }, record_h: { p: 'S' } }

const matches = (): Answer => ({ matches: true })
const RECORDINGS: readonly Recording[] = [
  recording('conditions', CONDITION_CASES, 'UpdateItem', 'ConditionExpression', matches),
  recording('substitutions', SUBSTITUTION_CASES, 'UpdateItem', 'ConditionExpression', matches),
  recording('updates', UPDATE_CASES, 'UpdateItem', 'UpdateExpression', (output) => ({ item: output['Attributes'] })),
  recording('projections', PROJECTION_CASES, 'GetItem', 'ProjectionExpression', (output) => ({ item: output['Item'] })),
  keyRecording('number-keys', KEY_CASES, 'record_sn'),
  keyRecording('text-keys', TEXT_KEY_CASES, 'record_ss'),
  keyRecording('hash-keys', HASH_KEY_CASES, 'record_h'),
]

function recording(
  file: string,
  cases: readonly ExpressionCase[],
  operation: string,
  parameter: string,
  keep: Recording['keep'],
): Recording {
  const returns = parameter === 'UpdateExpression' ? { ReturnValues: 'ALL_NEW' } : {}
  return { file, table: 'record_sn', operation, parameter, cases, request: { Key: KEY, ...returns }, keep }
}

function keyRecording(file: string, cases: readonly ExpressionCase[], table: string): Recording {
  return {
    file,
    table,
    operation: 'Query',
    parameter: 'KeyConditionExpression',
    cases,
    request: {},
    keep: () => ({ accepted: true }),
  }
}

async function call(endpoint: string, operation: string, input: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      'Content-Type': 'application/x-amz-json-1.0',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=record/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  })
  return (await response.json()) as Record<string, unknown>
}

async function createTable(endpoint: string, name: string, key: Readonly<Record<string, string>>): Promise<void> {
  await call(endpoint, 'DeleteTable', { TableName: name })
  await call(endpoint, 'CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Object.entries(key).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: Object.keys(key).map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
  })
}

async function answerTo(endpoint: string, plan: Recording, { text, names, values }: ExpressionCase): Promise<Answer> {
  if (plan.table === 'record_sn') {
    await call(endpoint, 'PutItem', { TableName: plan.table, Item: { ...KEY, ...CASE_ITEM } })
  }
  const output = await call(endpoint, plan.operation, {
    TableName: plan.table,
    ...plan.request,
    [plan.parameter]: text,
    ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
  })
  const type = output['__type']
  if (typeof type !== 'string') return plan.keep(output)
  if (type.endsWith('#ConditionalCheckFailedException')) return { matches: false }
  if (!type.endsWith('#ValidationException')) throw new Error(`${plan.parameter} ${text}: ${JSON.stringify(output)}`)
  return { error: output['message'] ?? output['Message'] }
}

const endpoint = process.argv[2] ?? 'http://127.0.0.1:8000'
for (const [name, key] of Object.entries(TABLES)) await createTable(endpoint, name, key)
for (const plan of RECORDINGS) {
  const lines: string[] = []
  for (const expression of plan.cases) {
    lines.push(`  ${JSON.stringify({ ...expression, answer: await answerTo(endpoint, plan, expression) })}`)
  }
  await writeFile(`${DIRECTORY}/${plan.file}.json`, `[\n${lines.join(',\n')}\n]\n`)
}
for (const name of Object.keys(TABLES)) await call(endpoint, 'DeleteTable', { TableName: name })
