// Conditions against a plain evaluator of their syntax, printing against parsing, updates against the item before.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DocumentPath, type PathElement, samePath, valueAtPath } from '../../src/expressions/document-path.ts'
import { parseCondition } from '../../src/expressions/parse-condition.ts'
import { parseProjection } from '../../src/expressions/parse-projection.ts'
import { parseUpdate } from '../../src/expressions/parse-update.ts'
import { printCondition, printProjection, printUpdate } from '../../src/expressions/print-expression.ts'
import { bindExpressions } from '../../src/expressions/request-expressions.ts'
import { TokenReader } from '../../src/expressions/token-reader.ts'
import type { AttributeSource, AttributeValue, Item } from '../../src/model/attribute-value.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { items } from '../support/attribute-arbitraries.ts'
import {
  conditionSyntaxes,
  evaluatedConditions,
  projectionSyntaxes,
  SMALL_VALUES,
  smallItems,
  updateSyntaxes,
} from '../support/expression-arbitraries.ts'
import { evaluateNaively } from '../support/naive-condition.ts'

function sourceOf(item: Item): AttributeSource {
  return { attribute: (name) => (Object.hasOwn(item, name) ? item[name] : undefined) }
}

/** The result, or undefined when the service refuses. */
function accepted<Result>(compute: () => Result): Result | undefined {
  try {
    return compute()
  } catch (error) {
    if (error instanceof ServiceException && error.name === 'ValidationException') return undefined
    throw error
  }
}

/** All places of an item but those inside sets. */
function placesOf(item: Item): readonly DocumentPath[] {
  const places: DocumentPath[] = []
  const walk = (value: AttributeValue, path: DocumentPath): void => {
    places.push(path)
    const below: [PathElement, AttributeValue][] = 'M' in value ? Object.entries(value.M) : []
    if ('L' in value) below.push(...value.L.map((element, index): [PathElement, AttributeValue] => [index, element]))
    for (const [element, child] of below) walk(child, [...path, element])
  }
  for (const [name, value] of Object.entries(item)) walk(value, [name])
  return places
}

/** The path as text with #placeholders, and what they stand for. */
function writtenPath(path: DocumentPath): { readonly text: string; readonly names: Readonly<Record<string, string>> } {
  const names: Record<string, string> = {}
  const parts = path.map((element, depth) => {
    if (typeof element === 'number') return `[${element}]`
    names[`#n${depth}`] = element
    return depth === 0 ? `#n${depth}` : `.#n${depth}`
  })
  return { text: parts.join(''), names }
}

function isBelow(path: DocumentPath, top: DocumentPath): boolean {
  return path.length >= top.length && samePath(path.slice(0, top.length) as unknown as DocumentPath, top)
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

const itemsWithPlace = items
  .filter((item) => Object.keys(item).length > 0)
  .chain((item) => fc.record({ item: fc.constant(item), place: fc.constantFrom(...placesOf(item)) }))

describe('conditions', () => {
  it('hold when a plain evaluator of their syntax says so', () => {
    fc.assert(
      fc.property(evaluatedConditions, fc.array(smallItems, { minLength: 5, maxLength: 10 }), (syntax, samples) => {
        const binder = bindExpressions({ ExpressionAttributeValues: SMALL_VALUES })
        const condition = accepted(() => binder.condition('FilterExpression', printCondition(syntax)))
        // Random operands are refused now and then; what is refused is tested elsewhere.
        fc.pre(condition !== undefined)
        for (const item of samples) {
          expect(condition.evaluate(sourceOf(item))).toBe(evaluateNaively(syntax, item, SMALL_VALUES))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('of any text are refused with a ValidationException or name an attribute', () => {
    const words = fc.constantFrom(
      'a',
      '#a',
      ':v',
      '(',
      ')',
      '[',
      ']',
      '0',
      '.',
      ',',
      '=',
      '<',
      'AND',
      'OR',
      'NOT',
      'IN',
      'BETWEEN',
      'size',
      '+',
      '\u{1F600}',
    )
    const anyTexts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
    )
    fc.assert(
      fc.property(anyTexts, (text) => {
        const binder = bindExpressions({})
        expect(accepted(() => binder.update(`SET a = a, ${text}`))?.topLevelNames).not.toEqual(new Set())
        expect(accepted(() => binder.projection(text))?.topLevelNames).not.toEqual(new Set())
        expect(accepted(() => binder.condition('ConditionExpression', text))?.topLevelNames).not.toEqual(new Set())
      }),
    )
  })
})

describe('printed syntax', () => {
  it('parses to the same condition', () => {
    fc.assert(
      fc.property(conditionSyntaxes, (syntax) => {
        const text = printCondition(syntax)
        expect(parseCondition(new TokenReader('ConditionExpression', text))).toEqual(syntax)
      }),
    )
  })

  it('parses to the same update', () => {
    fc.assert(
      fc.property(updateSyntaxes, (syntax) => {
        expect(parseUpdate(new TokenReader('UpdateExpression', printUpdate(syntax)))).toEqual(syntax)
      }),
    )
  })

  it('parses to the same projection', () => {
    fc.assert(
      fc.property(projectionSyntaxes, (syntax) => {
        expect(parseProjection(new TokenReader('ProjectionExpression', printProjection(syntax)))).toEqual(syntax)
      }),
    )
  })
})

describe('updates', () => {
  it('set one place and leave every other as it was, in a new item', () => {
    fc.assert(
      fc.property(itemsWithPlace, ({ item, place }) => {
        const { text, names } = writtenPath(place)
        const binder = bindExpressions({
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ':v': { S: 'set' } },
        })
        const after = sourceOf(binder.update(`SET ${text} = :v`).apply(frozen(item)).item)
        const before = sourceOf(item)
        expect(valueAtPath(after, place)).toEqual({ S: 'set' })
        for (const other of placesOf(item)) {
          if (isBelow(other, place) || isBelow(place, other)) continue
          expect(valueAtPath(after, other)).toBe(valueAtPath(before, other))
        }
      }),
    )
  })

  it('remove one place and keep what else there was', () => {
    fc.assert(
      fc.property(itemsWithPlace, ({ item, place }) => {
        const { text, names } = writtenPath(place)
        const binder = bindExpressions({ ExpressionAttributeNames: names })
        const after = binder.update(`REMOVE ${text}`).apply(frozen(item)).item
        expect(placesOf(after)).toHaveLength(placesOf(item).filter((other) => !isBelow(other, place)).length)
      }),
    )
  })
})
