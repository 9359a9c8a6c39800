// Walks a cursor without a promise per row: only rows that have to be fetched are waited for.

import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Cursor } from '../storage/contract.ts'

/**
 * Visits the rows of a cursor, one after another.
 *
 * @param visit is given the cursor on each row; false ends the walk
 */
export function forEachRow(cursor: Cursor, visit: (row: Cursor) => MaybePromise<boolean>): MaybePromise<void> {
  for (;;) {
    const moved = cursor.advance()
    if (moved instanceof Promise) return resume(cursor, visit, { moved })
    if (!moved) return
    const goesOn = visit(cursor)
    if (goesOn instanceof Promise) return resume(cursor, visit, { visited: goesOn })
    if (!goesOn) return
  }
}

/** Goes on after the first promise, of `advance` or of `visit`; later ones are awaited only where they are promises. */
async function resume(
  cursor: Cursor,
  visit: (row: Cursor) => MaybePromise<boolean>,
  first: { readonly moved: Promise<boolean> } | { readonly visited: Promise<boolean> },
): Promise<void> {
  let stands = 'moved' in first ? await first.moved : (await first.visited) && (await cursor.advance())
  while (stands) {
    const visited = visit(cursor)
    if (!(visited instanceof Promise ? await visited : visited)) return
    const moved = cursor.advance()
    stands = moved instanceof Promise ? await moved : moved
  }
}
