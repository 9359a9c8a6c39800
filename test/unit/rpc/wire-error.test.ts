// Errors on their way from the worker to the page.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '../../../src/base/assert.ts'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { ServiceException } from '../../../src/model/service-exception.ts'
import { decodeError, encodeError } from '../../../src/rpc/wire-error.ts'

function cross(error: unknown): Error {
  return decodeError(structuredClone(encodeError(error)))
}

describe('an error that crosses the worker boundary', () => {
  it('stays a ServiceException with its name and message', () => {
    const arrived = cross(new ServiceException('ValidationException', 'One or more parameter values were invalid'))
    expect(arrived).toBeInstanceOf(ServiceException)
    expect({ ...arrived, message: arrived.message }).toEqual({
      name: 'ValidationException',
      message: 'One or more parameter values were invalid',
    })
  })

  it('keeps the item of a failed condition, binary included', () => {
    const Item = { pk: { S: 'a' }, data: { B: new Uint8Array([1, 2, 255]) } }
    const arrived = cross(
      new ServiceException('ConditionalCheckFailedException', 'The conditional request failed', { Item }),
    )
    expect({ ...arrived }).toEqual({ name: 'ConditionalCheckFailedException', Item })
  })

  it('keeps the cancellation reasons of a transaction', () => {
    const CancellationReasons = [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { pk: { N: '1' } } },
    ]
    const arrived = cross(new ServiceException('TransactionCanceledException', 'cancelled', { CancellationReasons }))
    expect({ ...arrived }).toEqual({ name: 'TransactionCanceledException', CancellationReasons })
  })

  it('stays a DatabaseError with code, data and the text of its cause', () => {
    const cause = new DOMException('the quota is used up', 'QuotaExceededError')
    const arrived = cross(new DatabaseError('StorageFull', 'No room.', { cause, data: { bytes: 5 } }))
    expect(arrived).toBeInstanceOf(DatabaseError)
    expect({ ...arrived, message: arrived.message, cause: arrived.cause }).toEqual({
      name: 'DatabaseError',
      code: 'StorageFull',
      message: 'No room.',
      data: { bytes: 5 },
      cause: 'QuotaExceededError: the quota is used up',
    })
  })

  it('stays an AssertionError with the stack of the worker', () => {
    const thrown = new AssertionError('A page is sorted.')
    const arrived = cross(thrown)
    expect(arrived).toBeInstanceOf(AssertionError)
    expect([arrived.message, arrived.stack]).toEqual(['A page is sorted.', thrown.stack])
  })

  it('keeps name, message and stack of any other error', () => {
    const thrown = new TypeError('x is not a function')
    const arrived = cross(thrown)
    expect([arrived.name, arrived.message, arrived.stack]).toEqual(['TypeError', 'x is not a function', thrown.stack])
  })

  it('makes an error of what is none', () => {
    const arrived = cross('out of paper')
    expect([arrived.name, arrived.message]).toEqual(['Error', 'out of paper'])
  })
})
