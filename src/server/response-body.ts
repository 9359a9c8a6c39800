// From an operation's output, or from an exception, to the JSON that the service sends.

import { encodeBase64 } from '../base/base64.ts'
import { setAttribute } from '../model/attribute-map.ts'
import type { ServiceException, ServiceExceptionName } from '../model/service-exception.ts'

/** An exception as the service sends it. */
export interface ErrorDocument {
  /** HTTP status. */
  readonly status: number
  readonly text: string
}

const MS_PER_SECOND = 1000
const DYNAMODB_TYPE = 'com.amazonaws.dynamodb.v20120810#'

/** Exceptions of the layers before DynamoDB itself. */
const TYPE_PREFIXES: Readonly<Partial<Record<ServiceExceptionName, string>>> = {
  AccessDeniedException: 'com.amazon.coral.service#',
  IncompleteSignatureException: 'com.amazon.coral.service#',
  InvalidSignatureException: 'com.amazon.coral.service#',
  MissingAuthenticationTokenException: 'com.amazon.coral.service#',
  SerializationException: 'com.amazon.coral.service#',
  UnknownOperationException: 'com.amazon.coral.service#',
  UnrecognizedClientException: 'com.amazon.coral.service#',
  ValidationException: 'com.amazon.coral.validate#',
}

/** Exceptions whose message member has a capital letter. */
const CAPITAL_MESSAGES: ReadonlySet<ServiceExceptionName> = new Set([
  'AccessDeniedException',
  'IdempotentParameterMismatchException',
  'SerializationException',
  'TransactionCanceledException',
  'TransactionInProgressException',
])

/** The JSON of an output. Binary values become base64, dates seconds since 1970. */
export function encodeOutput(output: unknown): string {
  return JSON.stringify(wireValue(output ?? {}))
}

/** The JSON of an exception. Empty messages are left out, as the service leaves them out. */
export function encodeException({ name, message, Item, CancellationReasons }: ServiceException): ErrorDocument {
  const messageName = CAPITAL_MESSAGES.has(name) ? 'Message' : 'message'
  const document = {
    __type: `${TYPE_PREFIXES[name] ?? DYNAMODB_TYPE}${name}`,
    ...(CancellationReasons !== undefined && { CancellationReasons: wireValue(CancellationReasons) }),
    ...(Item !== undefined && { Item: wireValue(Item) }),
    ...(message !== '' && { [messageName]: message }),
  }
  return { status: name === 'InternalServerError' ? 500 : 400, text: JSON.stringify(document) }
}

/** A value as JSON has it; the same object where nothing in it needs another form. */
function wireValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return encodeBase64(value)
  if (value instanceof Date) return value.getTime() / MS_PER_SECOND
  return Array.isArray(value) ? wireList(value) : wireObject(value as Readonly<Record<string, unknown>>)
}

function wireList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined
  for (const [index, element] of list.entries()) {
    const wire = wireValue(element)
    if (wire === element) continue
    copy ??= [...list]
    copy[index] = wire
  }
  return copy ?? list
}

function wireObject(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined
  for (const name in members) {
    const wire = wireValue(members[name])
    if (wire === members[name]) continue
    copy ??= { ...members }
    setAttribute(copy, name, wire)
  }
  return copy ?? members
}
