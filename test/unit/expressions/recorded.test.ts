// Replays what a reference server answered to several hundred expressions (test/support/record-expressions.ts).

import { describe, expect, it } from 'vitest'
import type { AttributeSource, Item } from '../../../src/model/attribute-value.ts'
import type { KeyShape } from '../../../src/model/key-schema.ts'
import { ServiceException } from '../../../src/model/service-exception.ts'
import { canonicalItem } from '../../../src/model/validate-item.ts'
import { bindExpressions, type ExpressionBinder } from '../../../src/expressions/request-expressions.ts'
import { CASE_ITEM, type ExpressionCase } from '../../support/expression-cases.ts'
import conditions from './fixtures/conditions.json'
import hashKeys from './fixtures/hash-keys.json'
import numberKeys from './fixtures/number-keys.json'
import projections from './fixtures/projections.json'
import substitutions from './fixtures/substitutions.json'
import textKeys from './fixtures/text-keys.json'
import updates from './fixtures/updates.json'
import { KNOWN_DIFFERENCES } from './known-differences.ts'

interface RecordedCase extends ExpressionCase {
  readonly answer: unknown
}

const KEY = { p: { S: 'key' }, s: { N: '1' } }
const PARTITION = { name: 'p', type: 'S' } as const

/** A value or item in our form, from the wire's. */
function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (name === 'B' && typeof member === 'string') return [name, new Uint8Array(Buffer.from(member, 'base64'))]
    if (name === 'BS' && Array.isArray(member) && member.every((part) => typeof part === 'string')) {
      return [name, member.map((part) => new Uint8Array(Buffer.from(part, 'base64')))]
    }
    return [name, fromWire(member)]
  })
  return Object.fromEntries(entries)
}

const item: Item = canonicalItem(fromWire({ ...KEY, ...CASE_ITEM }))
const source: AttributeSource = { attribute: (name) => (Object.hasOwn(item, name) ? item[name] : undefined) }

/** What we answer, in the fixture's form. */
function answerTo(
  expression: ExpressionCase,
  evaluate: (binder: ExpressionBinder, text: string) => () => unknown,
): unknown {
  try {
    const binder = bindExpressions({
      ExpressionAttributeNames: expression.names,
      ExpressionAttributeValues: fromWire(expression.values),
    })
    const answer = evaluate(binder, expression.text)
    binder.finish()
    return answer()
  } catch (error) {
    if (error instanceof ServiceException && error.name === 'ValidationException') return { error: error.message }
    throw error
  }
}

/** Sets compare regardless of order: theirs and ours are put in one. */
function withSortedSets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedSets)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, unknown] => {
      if ((name === 'SS' || name === 'NS') && Array.isArray(member)) return [name, member.map(String).sort()]
      if (name === 'BS' && Array.isArray(member))
        return [name, member.map((part) => Buffer.from(part as Uint8Array).toString('hex')).sort()]
      return [name, withSortedSets(member)]
    }),
  )
}

function replay(
  fixture: string,
  cases: readonly unknown[],
  evaluate: (binder: ExpressionBinder, text: string) => () => unknown,
): void {
  describe(fixture, () => {
    for (const [index, recorded] of (cases as readonly RecordedCase[]).entries()) {
      const title = recorded.text.length > 80 ? `${recorded.text.slice(0, 80)}…` : recorded.text
      const difference = KNOWN_DIFFERENCES.find((known) => known.fixture === fixture && known.text === recorded.text)
      const theirs = withSortedSets(fromWire(recorded.answer))
      if (difference === undefined) {
        it(`answers like the service to ${index}: ${title}`, () => {
          expect(withSortedSets(answerTo(recorded, evaluate))).toEqual(theirs)
        })
      } else {
        it(`answers on purpose otherwise to ${index}: ${title}`, () => {
          expect(answerTo(recorded, evaluate)).toEqual({ error: difference.ours })
          expect(theirs).not.toEqual({ error: difference.ours })
        })
      }
    }
  })
}

function keyCondition(keys: KeyShape): (binder: ExpressionBinder, text: string) => () => unknown {
  return (binder, text) => {
    binder.keyCondition(text, keys)
    return () => ({ accepted: true })
  }
}

function condition(binder: ExpressionBinder, text: string): () => unknown {
  const bound = binder.condition('ConditionExpression', text)
  return () => ({ matches: bound.evaluate(source) })
}

replay('conditions', conditions, condition)
replay('substitutions', substitutions, condition)
replay('updates', updates, (binder, text) => {
  const update = binder.update(text)
  return () => ({ item: update.apply(item).item })
})
replay('projections', projections, (binder, text) => {
  const projection = binder.projection(text)
  return () => ({ item: projection.project(source) })
})
replay('number-keys', numberKeys, keyCondition({ partition: [PARTITION], sort: [{ name: 's', type: 'N' }] }))
replay('text-keys', textKeys, keyCondition({ partition: [PARTITION], sort: [{ name: 's', type: 'S' }] }))
replay('hash-keys', hashKeys, keyCondition({ partition: [PARTITION], sort: [] }))

it('lists only differences that are recorded', () => {
  const recorded = { conditions, substitutions, updates, projections, numberKeys, textKeys, hashKeys }
  const texts = new Set(Object.values(recorded).flatMap((cases) => cases.map(({ text }) => text)))
  expect(KNOWN_DIFFERENCES.filter(({ text }) => !texts.has(text))).toEqual([])
})
