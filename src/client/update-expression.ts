// UpdateExpression from `{ set: { population: 1 }, remove: ['note'] }`, or the app's own.

import type { ExpressionWriter, RawExpression, TemplateExpression } from './expression.ts'

/** Changes of top-level attributes. For paths inside them, use an expression. */
export interface AttributeChanges<ItemType> {
  /** Values, or expressions such as `` expr`if_not_exists(visits, ${0}) + ${1}` ``. */
  readonly set?: { readonly [Name in keyof ItemType]?: ItemType[Name] | TemplateExpression }
  /** Attributes to take away. */
  readonly remove?: readonly (keyof ItemType)[]
  /** Numbers to add to numbers, sets to add to sets. */
  readonly add?: { readonly [Name in keyof ItemType]?: number | bigint | object }
  /** Sets to take out of sets. */
  readonly delete?: { readonly [Name in keyof ItemType]?: ReadonlySet<unknown> }
  readonly expression?: undefined
}

/** A whole UpdateExpression: a template, or text with `names` and `values`. */
export type UpdateExpression = { readonly expression: TemplateExpression } | RawExpression

/** What an update changes. */
export type UpdateChanges<ItemType> = AttributeChanges<ItemType> | UpdateExpression

/** The text of an update. */
export function writeUpdate(writer: ExpressionWriter, changes: UpdateChanges<Record<string, unknown>>): string {
  if (typeof changes.expression === 'string') return writer.expression(changes)
  if (changes.expression !== undefined) return writer.expression(changes.expression)
  const { set = {}, remove = [], add = {}, delete: takeOut = {} } = changes
  const assignments = (attributes: object, sign: string): string[] =>
    Object.entries(attributes).map(([name, value]) => `${writer.name(name)}${sign}${writer.operand(value)}`)
  return [
    clause('SET', assignments(set, ' = ')),
    clause(
      'REMOVE',
      remove.map((name) => writer.name(name)),
    ),
    clause('ADD', assignments(add, ' ')),
    clause('DELETE', assignments(takeOut, ' ')),
  ].join('')
}

/** One clause of an update; nothing when it has no actions. */
export function clause(keyword: string, actions: readonly string[]): string {
  return actions.length === 0 ? '' : `${keyword} ${actions.join(', ')} `
}
