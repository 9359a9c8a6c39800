// Which calls may be asked twice: those that a lost worker cannot have half done.

import { describe, expect, it } from 'vitest'
import { isRead } from '../../../src/rpc/pending-call.ts'
import type { CallForm, HttpCall } from '../../../src/rpc/protocol.ts'
import { postRequest } from '../../support/http-requests.ts'

function httpForm(target: string | undefined): CallForm {
  const request = postRequest('', '{}', { 'x-amz-target': target })
  const input: HttpCall = { request, requiresSignature: false }
  return { operation: 'tidetable:http', input, rows: 'attribute-values' }
}

describe('a call about replication', () => {
  it.each([
    ['parked', true],
    ['pause', true],
    ['retry', false],
    ['discard', false],
    ['resolve', false],
    ['now', false],
  ])('may be asked twice or not: %s', (command, mayBe) => {
    const input = { command, input: undefined }
    expect(isRead({ operation: 'tidetable:sync', input, rows: 'attribute-values' })).toBe(mayBe)
  })
})

describe('a call of the HTTP protocol', () => {
  it.each(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'DescribeTable', 'ListTables', 'TransactGetItems'])(
    'may be asked twice for %s',
    (operation) => {
      expect(isRead(httpForm(`DynamoDB_20120810.${operation}`))).toBe(true)
    },
  )

  it.each([
    'DynamoDB_20120810.PutItem',
    'DynamoDB_20120810.TransactWriteItems',
    'DynamoDB_20120810.CreateTable',
    'GetItem',
    '',
    undefined,
  ])('may not be asked twice for %j', (target) => {
    expect(isRead(httpForm(target))).toBe(false)
  })
})
