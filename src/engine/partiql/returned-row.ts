// What RETURNING asks for.

import { pickPaths } from '../../expressions/pick-paths.ts'
import type { BoundWrite } from '../../expressions/partiql/bound-statement.ts'
import { ownAttribute, setAttribute } from '../../model/attribute-map.ts'
import type { AttributeValue } from '../../model/attribute-value.ts'
import type { PackedItem } from '../../model/packed-item.ts'
import type { ActionEffect } from '../item-action.ts'
import type { RequestContext } from '../operation.ts'
import { type OutputRow, outputRow, partialRow } from '../output-row.ts'

/** The row that a statement returns of what it did to its item; undefined when it asks for none, or there is none. */
export function returnedRow(
  statement: BoundWrite,
  { previous, next, updated }: ActionEffect,
  context: RequestContext,
): OutputRow | undefined {
  if (statement.kind === 'insert' || statement.returning === undefined) return undefined
  const shown = statement.returning.age === 'OLD' ? previous : next
  if (shown === undefined) return undefined
  return statement.returning.extent === 'ALL' ? outputRow(shown, context) : modifiedRow(shown, updated, context)
}

/** The attributes in which something was changed, whole. */
function modifiedRow(
  shown: PackedItem,
  updated: ActionEffect['updated'],
  context: RequestContext,
): OutputRow | undefined {
  const item = shown.toItem()
  const modified: Record<string, AttributeValue> = {}
  for (const name of Object.keys(pickPaths(item, updated))) {
    const value = ownAttribute(item, name)
    if (value !== undefined) setAttribute(modified, name, value)
  }
  return Object.keys(modified).length === 0 ? undefined : partialRow(modified, context)
}
