// Where requests of tests go: the engine in this process, or DynamoDB's protocol at a URL. Whoever sends them cannot tell.

import type { Answer } from './conformance-script.ts'

/** Something that answers the operations of the API. */
export interface Endpoint {
  /** Answers in the form of plainAnswer; rejects for what the service has no words for. */
  send(operation: string, input: unknown): Promise<Answer>
  close(): Promise<void>
}

/** The members of a document by which exceptions travel. The message has a capital letter in some. */
interface ErrorDocument {
  readonly __type: string
  readonly message?: string
  readonly Message?: string
  readonly Item?: unknown
  readonly CancellationReasons?: unknown
}

const POLL_MS = 20
const MAX_POLLS = 1000
const STREAMS_OPERATIONS: ReadonlySet<string> = new Set([
  'DescribeStream',
  'GetRecords',
  'GetShardIterator',
  'ListStreams',
])

/** The header that names an operation. */
export function targetOf(operation: string): string {
  return `${STREAMS_OPERATIONS.has(operation) ? 'DynamoDBStreams' : 'DynamoDB'}_20120810.${operation}`
}

/** What a document of the protocol says. */
export function answerOf(status: number, document: unknown): Answer {
  if (status === 200) return { output: document }
  const { __type: type, message, Message, Item, CancellationReasons } = document as ErrorDocument
  return {
    error: {
      name: type.slice(type.indexOf('#') + 1),
      message: message ?? Message ?? '',
      ...(Item !== undefined && { Item }),
      ...(CancellationReasons !== undefined && { CancellationReasons }),
    },
  }
}

/** The output of a request that has to succeed. */
export async function outputOf(
  endpoint: Endpoint,
  operation: string,
  input: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await endpoint.send(operation, input)
  if ('output' in answer) return answer.output as Readonly<Record<string, unknown>>
  throw new Error(`${operation} of ${JSON.stringify(input)} failed: ${answer.error.name} ${answer.error.message}`)
}

/** The names of all tables, up to 100. */
export async function tableNames(endpoint: Endpoint): Promise<readonly string[]> {
  return (await outputOf(endpoint, 'ListTables', {}))['TableNames'] as readonly string[]
}

/** Deletes all tables, and waits until they are gone. */
export async function deleteTables(endpoint: Endpoint): Promise<void> {
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    const names = await tableNames(endpoint)
    if (names.length === 0) return
    for (const TableName of names) {
      const answer = await endpoint.send('DeleteTable', { TableName })
      if ('output' in answer) continue
      // It is protected, or about to change: then this is refused too, and the next round finds it settled.
      await endpoint.send('UpdateTable', { TableName, DeletionProtectionEnabled: false })
    }
    if (polls > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`Tables are still there after ${MAX_POLLS} attempts to delete them.`)
}
