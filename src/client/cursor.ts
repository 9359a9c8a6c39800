// Cursors as text that an app can keep in a URL or a form: the last key of a page as JSON, binary in base64.

import type { Key } from '../model/attribute-value.ts'
import { DatabaseError } from '../base/database-error.ts'

/** The text of a page's last key. Inverse of decodeCursor. */
export function encodeCursor(key: Key | undefined): string | undefined {
  if (key === undefined) return undefined
  return JSON.stringify(key, (_name, value: unknown) =>
    value instanceof Uint8Array ? btoa(String.fromCharCode(...value)) : value,
  )
}

/**
 * The key in a cursor. Inverse of encodeCursor.
 *
 * @throws DatabaseError `InvalidOption` when the text is not a cursor
 */
export function decodeCursor(cursor: string | undefined): Key | undefined {
  if (cursor === undefined) return undefined
  try {
    return JSON.parse(cursor, (name, value: unknown) =>
      name === 'B' && typeof value === 'string' ? Uint8Array.from(atob(value), (char) => char.charCodeAt(0)) : value,
    ) as Key
  } catch (cause) {
    throw new DatabaseError('InvalidOption', 'The text given as `after` is not a cursor.', { cause })
  }
}
