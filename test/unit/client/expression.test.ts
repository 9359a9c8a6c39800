// What the client writes for templates, key conditions and updates.

import { describe, expect, it } from 'vitest'
import { DatabaseError } from '../../../src/base/database-error.ts'
import { attribute, expr, type Expression, ExpressionWriter } from '../../../src/client/expression.ts'
import { writeKeyCondition } from '../../../src/client/key-condition.ts'
import { type UpdateChanges, writeUpdate } from '../../../src/client/update-expression.ts'
import { NumberValue } from '../../../src/model/native.ts'

interface Written {
  readonly text: string
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, unknown>>
}

function written(write: (writer: ExpressionWriter) => string): Written {
  const writer = new ExpressionWriter()
  return { text: write(writer), names: writer.names, values: writer.values }
}

function expression(given: Expression): Written {
  return written((writer) => writer.expression(given))
}

function update(changes: UpdateChanges<Record<string, unknown>>): Written {
  return written((writer) => writeUpdate(writer, changes))
}

function where(conditions: Readonly<Record<string, unknown>>): Written {
  return written((writer) => writeKeyCondition(writer, conditions))
}

describe('a template expression', () => {
  it('puts a placeholder where a value stands', () => {
    expect(expression(expr`version < ${7} AND kind = ${'draft'}`)).toEqual({
      text: 'version < :_0 AND kind = :_1',
      names: {},
      values: { ':_0': 7, ':_1': 'draft' },
    })
  })

  it('puts one placeholder for each name, however often it is used, and writes paths', () => {
    const tags = attribute('tags', 0)
    expect(expression(expr`${attribute('a.b', 'size')} = ${tags} OR attribute_exists(${attribute('size')})`)).toEqual({
      text: '#_0.#_1 = #_2[0] OR attribute_exists(#_1)',
      names: { '#_0': 'a.b', '#_1': 'size', '#_2': 'tags' },
      values: {},
    })
  })

  it('takes expressions into itself, which share the placeholders', () => {
    const isOpen = expr`${attribute('status')} = ${'open'}`
    expect(expression(expr`(${isOpen}) AND NOT (${isOpen})`)).toEqual({
      text: '(#_0 = :_0) AND NOT (#_0 = :_1)',
      names: { '#_0': 'status' },
      values: { ':_0': 'open', ':_1': 'open' },
    })
  })

  it('never takes a value for text, whatever it looks like', () => {
    const { text, values } = expression(expr`owner = ${'x OR attribute_exists(pk)'}`)
    expect([text, values]).toEqual(['owner = :_0', { ':_0': 'x OR attribute_exists(pk)' }])
  })
})

describe('an expression in the form of the service', () => {
  it('is passed on with its names and values', () => {
    const raw = { expression: '#v < :v', names: { '#v': 'version' }, values: { ':v': 7 } }
    expect(expression(raw)).toEqual({ text: '#v < :v', names: { '#v': 'version' }, values: { ':v': 7 } })
  })

  it('may share placeholders with another one that means the same', () => {
    const raw = { expression: 'a = :v', values: { ':v': 7 } }
    expect(written((writer) => `${writer.expression(raw)} / ${writer.expression(raw)}`)).toEqual({
      text: 'a = :v / a = :v',
      names: {},
      values: { ':v': 7 },
    })
  })

  it('is refused when another one means something else by a placeholder', () => {
    const write = (): Written =>
      written((writer) => {
        writer.expression({ expression: 'a = :v', values: { ':v': 7 } })
        return writer.expression({ expression: 'b = :v', values: { ':v': 8 } })
      })
    const message = 'Two expressions of one request use the placeholder :v for different things.'
    expect(write).toThrow(new DatabaseError('InvalidOption', message, { data: { placeholder: ':v' } }))
  })

  it('is refused when it takes a placeholder of a template', () => {
    const write = (): Written =>
      written((writer) => {
        writer.expression({ expression: 'a = :_0', values: { ':_0': 7 } })
        return writer.expression(expr`b = ${8}`)
      })
    expect(write).toThrow('Two expressions of one request use the placeholder :_0 for different things.')
  })
})

describe('the condition on a key', () => {
  it('is equality where a value stands', () => {
    expect(where({ country: 'NL', population: new NumberValue('1') })).toEqual({
      text: '#_0 = :_0 AND #_1 = :_1',
      names: { '#_0': 'country', '#_1': 'population' },
      values: { ':_0': 'NL', ':_1': new NumberValue('1') },
    })
  })

  it.each([
    [{ '<': 5 }, '#_0 < :_0', { ':_0': 5 }],
    [{ '<=': 5 }, '#_0 <= :_0', { ':_0': 5 }],
    [{ '>': 5 }, '#_0 > :_0', { ':_0': 5 }],
    [{ '>=': 5 }, '#_0 >= :_0', { ':_0': 5 }],
    [{ between: [1, 9] }, '#_0 BETWEEN :_0 AND :_1', { ':_0': 1, ':_1': 9 }],
    [{ beginsWith: 'Am' }, 'begins_with(#_0, :_0)', { ':_0': 'Am' }],
  ])('is a range: %o', (condition, text, values) => {
    expect(where({ sort: condition })).toEqual({ text, names: { '#_0': 'sort' }, values })
  })

  it('leaves out what is undefined', () => {
    expect(where({ country: 'NL', name: undefined }).text).toBe('#_0 = :_0')
  })

  it('takes bytes for a value', () => {
    expect(where({ id: new Uint8Array([1]) })).toMatchObject({ text: '#_0 = :_0' })
  })
})

describe('an update', () => {
  it('writes each kind of change as one clause', () => {
    const changes = {
      set: { population: 1, 'a.b': 'x' },
      remove: ['note', 'size'],
      add: { visits: 1 },
      delete: { tags: new Set(['old']) },
    }
    expect(update(changes)).toEqual({
      text: 'SET #_0 = :_0, #_1 = :_1 REMOVE #_2, #_3 ADD #_4 :_2 DELETE #_5 :_3 ',
      names: { '#_0': 'population', '#_1': 'a.b', '#_2': 'note', '#_3': 'size', '#_4': 'visits', '#_5': 'tags' },
      values: { ':_0': 1, ':_1': 'x', ':_2': 1, ':_3': new Set(['old']) },
    })
  })

  it('takes an expression as a value', () => {
    expect(update({ set: { visits: expr`if_not_exists(visits, ${0}) + ${1}` } })).toEqual({
      text: 'SET #_0 = if_not_exists(visits, :_0) + :_1 ',
      names: { '#_0': 'visits' },
      values: { ':_0': 0, ':_1': 1 },
    })
  })

  it('is the whole expression that is given', () => {
    expect(update({ expression: expr`SET ${attribute('address', 'city')} = ${'Delft'}` })).toEqual({
      text: 'SET #_0.#_1 = :_0',
      names: { '#_0': 'address', '#_1': 'city' },
      values: { ':_0': 'Delft' },
    })
    expect(update({ expression: 'SET #p = :p', names: { '#p': 'population' }, values: { ':p': 1 } })).toEqual({
      text: 'SET #p = :p',
      names: { '#p': 'population' },
      values: { ':p': 1 },
    })
  })

  it('is empty when nothing changes', () => {
    expect(update({})).toEqual({ text: '', names: {}, values: {} })
  })
})
