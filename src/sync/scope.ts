// Which scope an item belongs to.

import { decodeBase64, encodeBase64 } from '../base/base64.ts'
import type { ScopeRule } from '../engine/table-record.ts'
import type { TableSchema } from '../engine/table-schema.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { AttributeValue, Item } from '../model/attribute-value.ts'
import type { KeyAttribute } from '../model/key-schema.ts'
import { canonicalNumber } from '../model/number.ts'
import { ServiceException } from '../model/service-exception.ts'

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
      return namedScope(rule.attribute, item)
  }
}

/** The scope that an attribute of the item names; undefined when it names none. */
export function namedScope(attribute: string, item: Item): string | undefined {
  return valueText(ownAttribute(item, attribute))
}

/** What of a request asks whether an attribute names a scope: by text, or by whatever else has the same text. */
export interface ScopeCondition {
  readonly expression: string
  readonly names: Readonly<Record<string, string>>
  readonly values: Item
}

/** The condition that an attribute names a scope. */
export function scopeCondition(attribute: string, scope: string): ScopeCondition {
  const named = valuesNaming(scope).map((value, at) => [`:a${at}`, value] as const)
  const expression = named.map(([placeholder]) => `#a = ${placeholder}`).join(' OR ')
  return { expression: `(${expression})`, names: { '#a': attribute }, values: Object.fromEntries(named) }
}

/** The partition that a scope names, of a table whose partition keys have this type; undefined when none has that name. */
export function partitionNamed(scope: string, type: KeyAttribute['type']): AttributeValue | undefined {
  return valuesNaming(scope).find((value) => Object.hasOwn(value, type))
}

/** The text of a scope, and whatever else has the same text. */
function valuesNaming(scope: string): readonly AttributeValue[] {
  const candidates: AttributeValue[] = [{ S: scope }, { B: decodeBase64(scope) ?? new Uint8Array(0) }]
  if (isNumberText(scope)) candidates.push({ N: scope })
  return candidates.filter((value) => valueText(value) === scope)
}

function isNumberText(text: string): boolean {
  try {
    return canonicalNumber(text) === text
  } catch (error) {
    if (error instanceof ServiceException) return false
    throw error
  }
}

function valueText(value: AttributeValue | undefined): string | undefined {
  if (value === undefined) return undefined
  if ('S' in value) return value.S
  if ('N' in value) return value.N
  return 'B' in value ? encodeBase64(value.B) : undefined
}
