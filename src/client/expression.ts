// Expressions with native values: conditions, filters and updates. Two forms, both free of injection because a value or
// a name that comes from outside is never part of the text:
//
//   expr`attribute_not_exists(${attribute('pk')}) OR version < ${7}`
//   { expression: 'version < :v', values: { ':v': 7 } }            as DynamoDB has it
//
// In a template, text is DynamoDB's expression language, a value stands where it is used, `attribute` stands for an attribute
// (reserved words and dots are no trouble), and expressions can be put into expressions.

import { DatabaseError } from '../base/database-error.ts'

/** A path to an attribute, for templates: see `attribute`. */
export class AttributeName {
  readonly path: readonly (string | number)[]

  constructor(path: readonly (string | number)[]) {
    this.path = path
  }
}

/** An expression made by `expr`. */
export class TemplateExpression {
  readonly texts: readonly string[]
  readonly parts: readonly unknown[]

  constructor(texts: readonly string[], parts: readonly unknown[]) {
    this.texts = texts
    this.parts = parts
  }
}

/** An expression in DynamoDB's own form, with native values. */
export interface RawExpression {
  readonly expression: string
  /** Placeholders that begin with `#`. */
  readonly names?: Readonly<Record<string, string>>
  /** Placeholders that begin with `:`. */
  readonly values?: Readonly<Record<string, unknown>>
}

/** A condition, filter or update in either notation. */
export type Expression = TemplateExpression | RawExpression

/**
 * An attribute by name, inside `expr`: `attribute('address', 'city')`, `attribute('tags', 0)`.
 *
 * @param path names and list indexes, from the outside in
 */
export function attribute(...path: [string, ...(string | number)[]]): AttributeName {
  return new AttributeName(path)
}

/**
 * An expression with native values, as a template.
 *
 * @example
 * table.put(item, { if: expr`attribute_not_exists(${attribute('pk')}) OR version < ${item.version}` })
 */
export function expr(texts: TemplateStringsArray, ...parts: readonly unknown[]): TemplateExpression {
  return new TemplateExpression(texts, parts)
}

/** Writes the expressions of one request, which share their placeholders. */
export class ExpressionWriter {
  readonly names: Record<string, string> = {}
  readonly values: Record<string, unknown> = {}
  readonly #placeholders = new Map<string, string>()
  #valueCount = 0

  /** The placeholder of an attribute name. */
  name(attributeName: string): string {
    let placeholder = this.#placeholders.get(attributeName)
    if (placeholder === undefined) {
      placeholder = `#_${this.#placeholders.size}`
      this.#placeholders.set(attributeName, placeholder)
      adopt(this.names, { [placeholder]: attributeName })
    }
    return placeholder
  }

  /** The text of what stands at one place: an expression, a name or a value. */
  operand(part: unknown): string {
    if (part instanceof TemplateExpression) return this.expression(part)
    if (part instanceof AttributeName) return this.#path(part.path)
    const placeholder = `:_${this.#valueCount++}`
    adopt(this.values, { [placeholder]: part })
    return placeholder
  }

  /** The text of a whole expression. */
  expression(expression: Expression): string {
    if (expression instanceof TemplateExpression) {
      const { texts, parts } = expression
      return texts.map((text, index) => (index === 0 ? text : this.operand(parts[index - 1]) + text)).join('')
    }
    adopt(this.names, expression.names)
    adopt(this.values, expression.values)
    return expression.expression
  }

  #path(path: readonly (string | number)[]): string {
    return path
      .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${this.name(step)}`))
      .join('')
  }
}

function adopt(placeholders: Record<string, unknown>, given: Readonly<Record<string, unknown>> = {}): void {
  for (const [placeholder, meaning] of Object.entries(given)) {
    if (Object.hasOwn(placeholders, placeholder) && placeholders[placeholder] !== meaning) {
      const message = `Two expressions of one request use the placeholder ${placeholder} for different things.`
      throw new DatabaseError('InvalidOption', message, { data: { placeholder } })
    }
    placeholders[placeholder] = meaning
  }
}
