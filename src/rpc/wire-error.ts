// Errors cross the worker boundary whole: whoever catches one on the page sees the class, the fields and the cause that
// the worker threw. (Comlink alone would rebuild a plain Error.)

import { AssertionError } from '../base/assert.ts'
import { DatabaseError } from '../base/database-error.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { WireError } from './protocol.ts'

/** An error as it travels. Inverse of decodeError. */
export function encodeError(error: unknown): WireError {
  if (error instanceof ServiceException) {
    const { name, message, Item, CancellationReasons } = error
    const fields = { ...(Item && { Item }), ...(CancellationReasons && { CancellationReasons }) }
    return { kind: 'service', name, message, fields }
  }
  if (error instanceof DatabaseError) {
    const { code, message, data, cause } = error
    return { kind: 'database', code, message, data, cause: cause === undefined ? undefined : textOf(cause) }
  }
  if (error instanceof AssertionError) return { kind: 'assertion', message: error.message, stack: error.stack }
  if (error instanceof Error) return { kind: 'other', name: error.name, message: error.message, stack: error.stack }
  return { kind: 'other', name: 'Error', message: textOf(error), stack: undefined }
}

/** The error that was sent. Inverse of encodeError. */
export function decodeError(wire: WireError): Error {
  switch (wire.kind) {
    case 'service':
      return new ServiceException(wire.name, wire.message, wire.fields)
    case 'database':
      return new DatabaseError(wire.code, wire.message, { data: wire.data, cause: wire.cause })
    case 'assertion':
      return withStack(new AssertionError(wire.message), wire.stack)
    case 'other':
      return withStack(Object.assign(new Error(wire.message), { name: wire.name }), wire.stack)
  }
}

/** Name and message of an error; whatever else was thrown, as text. */
function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
}

function withStack(error: Error, stack: string | undefined): Error {
  if (stack !== undefined) error.stack = stack
  return error
}
