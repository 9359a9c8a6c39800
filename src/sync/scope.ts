// Which scope an item belongs to.

import { encodeBase64 } from '../base/base64.ts'
import type { ScopeRule } from '../engine/table-record.ts'
import type { TableSchema } from '../engine/table-schema.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeValue, Item } from '../model/attribute-value.ts'

/**
 * The scope of an item; undefined for one that is in none (it lacks the attribute that says).
 *
 * @param item or, where the rule is not about an attribute, its key
 */
export function scopeOf(rule: ScopeRule, { key }: Pick<TableSchema, 'key'>, item: Item): string | undefined {
  switch (rule.kind) {
    case 'table':
      return rule.scope
    case 'partition':
      return key.partition.map(({ name }) => valueText(ownAttribute(item, name))).join('/')
    case 'attribute':
      return valueText(ownAttribute(item, rule.attribute))
  }
}

function valueText(value: AttributeValue | undefined): string | undefined {
  if (value === undefined) return undefined
  if ('S' in value) return value.S
  if ('N' in value) return value.N
  return 'B' in value ? encodeBase64(value.B) : undefined
}
