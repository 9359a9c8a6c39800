// Brings a stored table up to its declaration: creates it where it is missing, adds global indexes that are missing, enables
// its stream and its time to live, and refuses what cannot be changed. Global indexes, a stream and a time to live that are stored but not declared
// are left alone: another tab may run another version of the app. Other tabs may be doing the same at the same time.

import { type Clock, sleep } from '../src/base/clock.ts'
import { DatabaseError } from '../src/base/database-error.ts'
import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
} from '../src/model/key-schema.ts'
import type { TableDescription } from '../src/model/operations.ts'
import type { StreamViewType } from '../src/model/stream-operations.ts'
import { ServiceException, type ServiceExceptionName } from '../src/model/service-exception.ts'
import type { TableDeclaration } from '../src/model/table-declaration.ts'
import type { Send } from './send.ts'
import { createTableInput, definitionsFor, globalIndexesOf, localIndexesOf } from './table-schema.ts'

/** The first wait for a table or an index to become usable; each further one is twice as long, up to the second. */
const FIRST_POLL_MS = 4
const MAX_POLL_MS = 256
/** About an hour of waiting, for an index over more than a browser stores. */
const MAX_STEPS = 14_000

/**
 * Makes sure that the tables are there and usable, with their indexes.
 *
 * @throws DatabaseError `DefinitionMismatch`; what the engine throws
 */
export async function ensureTables(send: Send, declarations: readonly TableDeclaration[], clock: Clock): Promise<void> {
  const results = await Promise.allSettled(declarations.map((declaration) => ensureTable(send, declaration, clock)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

async function ensureTable(send: Send, declaration: TableDeclaration, clock: Clock): Promise<void> {
  let pollMs = FIRST_POLL_MS
  for (let count = 0; count < MAX_STEPS; count++) {
    const step = await nextStep(send, declaration)
    if (step === 'done') return
    if (step === 'again') continue
    await sleep(clock, pollMs)
    pollMs = Math.min(pollMs * 2, MAX_POLL_MS)
  }
  const message = `Table ${declaration.name} or one of its indexes has not become usable.`
  throw new DatabaseError('CallTimedOut', message, { data: { tableName: declaration.name } })
}

/** Does the next thing that the table needs. `wait`: somebody is at it. */
async function nextStep(send: Send, declaration: TableDeclaration): Promise<'done' | 'again' | 'wait'> {
  const table = await describe(send, declaration.name)
  if (table === undefined) return attempt(() => send('CreateTable', createTableInput(declaration)))
  checkDefinition(declaration, table)
  const indexes = table.GlobalSecondaryIndexes ?? []
  if ([table.TableStatus, ...indexes.map((index) => index.IndexStatus)].some((status) => status !== 'ACTIVE')) {
    return 'wait'
  }
  const missing = missingIndex(declaration, table)
  if (missing !== undefined) return attempt(() => addIndex(send, declaration, missing))
  if (declaration.stream !== undefined) await enableStream(send, table, declaration.stream)
  if (declaration.timeToLive !== undefined) await enableTimeToLive(send, declaration.name, declaration.timeToLive)
  return 'done'
}

async function enableStream(send: Send, table: TableDescription, StreamViewType: StreamViewType): Promise<void> {
  const { TableName } = table
  if (hasStream(table, StreamViewType)) return
  try {
    await send('UpdateTable', { TableName, StreamSpecification: { StreamEnabled: true, StreamViewType } })
  } catch (error) {
    // Another tab may have enabled it since.
    const stored = await describe(send, TableName)
    if (stored === undefined || !hasStream(stored, StreamViewType)) throw error
  }
}

/** Whether the table has a stream; with another view, it cannot be had. */
function hasStream({ TableName, StreamSpecification: stored }: TableDescription, declared: StreamViewType): boolean {
  if (stored?.StreamViewType === undefined) return false
  const difference = compare('stream', declared, stored.StreamViewType)
  if (difference !== undefined) throw mismatch(TableName, difference)
  return true
}

async function enableTimeToLive(send: Send, TableName: string, AttributeName: string): Promise<void> {
  if (await isTimeToLive(send, TableName, AttributeName)) return
  try {
    await send('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName } })
  } catch (error) {
    // Another tab may have enabled it since.
    if (!(await isTimeToLive(send, TableName, AttributeName))) throw error
  }
}

/** Whether items expire by this attribute; by another, they cannot. */
async function isTimeToLive(send: Send, TableName: string, declared: string): Promise<boolean> {
  const { TimeToLiveDescription } = await send('DescribeTimeToLive', { TableName })
  const { AttributeName } = TimeToLiveDescription
  if (AttributeName === undefined) return false
  const difference = compare('time to live', declared, AttributeName)
  if (difference !== undefined) throw mismatch(TableName, difference)
  return true
}

function missingIndex(declaration: TableDeclaration, table: TableDescription): GlobalSecondaryIndex | undefined {
  const stored = new Set(table.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName))
  return globalIndexesOf(declaration).find(({ IndexName }) => !stored.has(IndexName))
}

async function addIndex(send: Send, declaration: TableDeclaration, index: GlobalSecondaryIndex): Promise<void> {
  const TableName = declaration.name
  const AttributeDefinitions = definitionsFor(declaration, [index])
  try {
    await send('UpdateTable', { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create: index }] })
  } catch (error) {
    // Another tab may have added it since the table was described.
    const table = await describe(send, TableName)
    if (table === undefined || missingIndex(declaration, table)?.IndexName === index.IndexName) throw error
  }
}

async function describe(send: Send, TableName: string): Promise<TableDescription | undefined> {
  try {
    return (await send('DescribeTable', { TableName })).Table
  } catch (error) {
    if (isException(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/** Another tab may be a step ahead: then its work is waited for. */
async function attempt(change: () => Promise<unknown>): Promise<'again' | 'wait'> {
  try {
    await change()
    return 'again'
  } catch (error) {
    // The second is what the service says while another index of the table is being made.
    if (isException(error, 'ResourceInUseException') || isException(error, 'LimitExceededException')) return 'wait'
    throw error
  }
}

function isException(error: unknown, name: ServiceExceptionName): boolean {
  return error instanceof ServiceException && error.name === name
}

function checkDefinition(declaration: TableDeclaration, stored: TableDescription): void {
  const declared = createTableInput(declaration)
  const difference =
    compare('key', keyText(declared, declared), keyText(stored, stored)) ??
    localIndexesOf(declaration)
      .map((index) => compareIndex(index, stored.LocalSecondaryIndexes ?? [], { declared, stored, isRequired: true }))
      .find(Boolean) ??
    globalIndexesOf(declaration)
      .map((index) => compareIndex(index, stored.GlobalSecondaryIndexes ?? [], { declared, stored, isRequired: false }))
      .find(Boolean)
  if (difference !== undefined) throw mismatch(declaration.name, difference)
}

function mismatch(tableName: string, difference: string): DatabaseError {
  const message = `Table ${tableName} is stored with another definition: ${difference}.`
  return new DatabaseError('DefinitionMismatch', message, { data: { tableName, difference } })
}

interface Typed {
  readonly AttributeDefinitions: readonly AttributeDefinition[]
}

interface Comparison {
  readonly declared: Typed
  readonly stored: Typed
  readonly isRequired: boolean
}

function compareIndex(
  index: LocalSecondaryIndex,
  among: readonly LocalSecondaryIndex[],
  { declared, stored, isRequired }: Comparison,
): string | undefined {
  const found = among.find(({ IndexName }) => IndexName === index.IndexName)
  if (found === undefined) return isRequired ? `it has no local index ${index.IndexName}` : undefined
  const text = (each: LocalSecondaryIndex, typed: Typed): string =>
    `${keyText(each, typed)} ${projectionText(each.Projection)}`
  return compare(`index ${index.IndexName}`, text(index, declared), text(found, stored))
}

function compare(what: string, declared: string, stored: string): string | undefined {
  return declared === stored ? undefined : `${what} is ${stored}, declared as ${declared}`
}

function keyText(
  { KeySchema }: { readonly KeySchema: readonly KeySchemaElement[] },
  { AttributeDefinitions }: Typed,
): string {
  const types = new Map(AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]))
  return KeySchema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}:${types.get(AttributeName)}`).join(
    ' ',
  )
}

function projectionText({ ProjectionType, NonKeyAttributes = [] }: Projection): string {
  return [ProjectionType, ...[...NonKeyAttributes].sort()].join(' ')
}
