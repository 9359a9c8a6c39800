// Key attributes are scalars: no expression may reach into one.

import { type ServiceException, validationException } from '../model/service-exception.ts'
import type { TableSchema } from './table-schema.ts'

/** What an expression tells of its paths. */
interface PathReport {
  /** Top-level attributes that some path goes below. */
  readonly nestedNames: ReadonlySet<string>
}

/**
 * Refuses an expression with a path that goes below a key attribute of the table or of one of its indexes.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkKeyPaths(table: TableSchema, expression: PathReport | undefined): void {
  if (expression === undefined || expression.nestedNames.size === 0) return
  const { nestedNames } = expression
  for (const { name } of table.keyAttributes) if (nestedNames.has(name)) throw notScalar('Key', name)
  for (const { keyAttributes } of table.indexes) {
    for (const { name } of keyAttributes) if (nestedNames.has(name)) throw notScalar('IndexKey', name)
  }
}

const NOT_SCALAR = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed:"

/** Whether this is the refusal of a path below a key attribute: the service makes it before a transaction begins. */
export function isKeyPathRefusal({ message }: ServiceException): boolean {
  return message.startsWith(NOT_SCALAR)
}

function notScalar(role: 'Key' | 'IndexKey', name: string): Error {
  return validationException(`${NOT_SCALAR} ${role}: ${name}`)
}
