// Requests against shapes.

import { describe, expect, it } from 'vitest'
import { checkRequest, type StructureShape } from '../../../src/engine/constraint.ts'
import { createPattern } from '../../../src/engine/pattern.ts'

const SHAPE: StructureShape = {
  kind: 'structure',
  name: 'TestInput',
  required: ['Name', 'Inner'],
  members: {
    Name: { kind: 'string', pattern: createPattern('[a-z]+'), lengthChars: { min: 2, max: 4 } },
    Count: { kind: 'number', javaType: 'Integer', bounds: { min: 1, max: 10 } },
    Flag: { kind: 'boolean' },
    Inner: {
      kind: 'structure',
      name: 'Inner',
      required: ['Choice'],
      members: { Choice: { kind: 'string', values: ['A', 'B'] } },
    },
    List: { kind: 'list', length: { min: 1, max: 3 }, element: { kind: 'string', lengthChars: { max: 1 } } },
    Map: {
      kind: 'map',
      length: { max: 2 },
      keys: { lengthChars: { min: 1, max: 2 }, pattern: createPattern('[a-z]+') },
      valueLength: { min: 1 },
      value: { kind: 'list', element: { kind: 'number', javaType: 'Long', bounds: { min: 0 } } },
    },
    Item: { kind: 'attributes' },
  },
}
const VALID = { Name: 'ab', Inner: { Choice: 'A' } }

function messageFor(input: unknown): string {
  try {
    checkRequest(input, SHAPE)
    return 'accepted'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

describe('checkRequest', () => {
  it('answers a valid request as it is', () => {
    expect(checkRequest(VALID, SHAPE)).toBe(VALID)
  })

  it('cuts off what follows the decimal point, at every level', () => {
    const shape: StructureShape = {
      kind: 'structure',
      name: 'TestInput',
      members: {
        Count: { kind: 'number', javaType: 'Integer', bounds: { min: 0, max: 10 } },
        List: { kind: 'list', element: { kind: 'number', javaType: 'Long' } },
        Map: { kind: 'map', value: { kind: 'number', javaType: 'Long' } },
      },
    }
    const input = { Count: -0.5, List: [1, 1.5], Map: { a: 2.999, b: 3 }, Other: 0.5 }
    expect(checkRequest(input, shape)).toEqual({ Count: 0, List: [1, 1], Map: { a: 2, b: 3 }, Other: 0.5 })
    expect(() => checkRequest({ Count: -1.5 }, shape)).toThrow("Value '-1' at 'count' failed")
    expect(input).toEqual({ Count: -0.5, List: [1, 1.5], Map: { a: 2.999, b: 3 }, Other: 0.5 })
  })

  it('looks at a large map anew each time it is given', () => {
    const names: Record<string, unknown> = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`n${at}`, 'x']))
    const shape: StructureShape = {
      kind: 'structure',
      name: 'TestInput',
      members: { Names: { kind: 'map', value: { kind: 'string' } } },
    }
    expect(checkRequest({ Names: names }, shape)).toEqual({ Names: names })
    names['later'] = null
    expect(() => checkRequest({ Names: names }, shape)).toThrow("Value null at 'names.later.member'")
    names['later'] = 1
    expect(() => checkRequest({ Names: names }, shape)).toThrow('NUMBER_VALUE cannot be converted to String')
  })

  it('takes null in a map of lists for a list of nothing', () => {
    expect(messageFor({ ...VALID, Map: { a: null } })).toBe(
      "ValidationException: 2 validation errors detected: Value '{a=…}' at 'map' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length greater than or equal to 1]; Value null at 'map.a.member' failed to satisfy constraint: Member must not be null",
    )
  })

  it('takes null for not given, at every level', () => {
    const input = { ...VALID, Count: null, Item: null, Inner: { Choice: 'B' }, List: null }
    expect(checkRequest(input, SHAPE)).toEqual({ Name: 'ab', Inner: { Choice: 'B' } })
    expect(messageFor({ ...VALID, Inner: { Choice: null } })).toBe(
      "ValidationException: 1 validation error detected: Value null at 'inner.choice' failed to satisfy constraint: Member must not be null",
    )
  })

  it('ignores members that it does not know', () => {
    expect(messageFor({ ...VALID, Unknown: {} })).toBe('accepted')
  })

  it('names each broken constraint and where it is', () => {
    expect(messageFor({ Name: 'A', Count: 11, Inner: { Choice: 'C' }, List: ['ab', null] })).toBe(
      'ValidationException: 6 validation errors detected: ' +
        "Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+; " +
        "Value 'A' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
        "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10; " +
        "Value 'C' at 'inner.choice' failed to satisfy constraint: Member must satisfy enum value set: [A, B]; " +
        "Value 'ab' at 'list.1.member' failed to satisfy constraint: Member must have length less than or equal to 1; " +
        "Value null at 'list.2.member' failed to satisfy constraint: Member must not be null",
    )
  })

  it('names what is wrong with the names and values of a map', () => {
    expect(messageFor({ ...VALID, Map: { abc: [], d: [-1] } })).toBe(
      'ValidationException: 3 validation errors detected: ' +
        "Value '{abc=…, d=…}' at 'map' failed to satisfy constraint: Map keys must satisfy constraint: " +
        '[Member must have length less than or equal to 2, Member must have length greater than or equal to 1, ' +
        'Member must satisfy regular expression pattern: [a-z]+]; ' +
        "Value '{abc=…, d=…}' at 'map' failed to satisfy constraint: Map value must satisfy constraint: " +
        '[Member must have length greater than or equal to 1]; ' +
        "Value '-1' at 'map.d.member.1.member' failed to satisfy constraint: Member must have value greater than or equal to 0",
    )
  })

  it('names ten broken constraints at most', () => {
    const message = messageFor({ ...VALID, List: Array.from({ length: 50 }, () => 'long') })
    expect(message).toMatch(/^ValidationException: 10 validation errors detected: /)
    expect(message.split('; ')).toHaveLength(10)
  })

  it.for([
    [{ Name: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ Name: false }, 'FALSE_VALUE cannot be converted to String'],
    [{ Name: {} }, 'Start of structure or map found where not expected'],
    [{ Name: [] }, 'Unrecognized collection type class java.lang.String'],
    [{ Count: '1' }, 'STRING_VALUE cannot be converted to Integer'],
    [{ Flag: 1 }, 'NUMBER_VALUE cannot be converted to Boolean'],
    [{ Flag: 'yes' }, 'Unexpected token received from parser'],
    [{ Inner: 'x' }, 'Unexpected field type'],
    [{ Inner: [] }, 'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.Inner'],
    [{ List: {} }, 'Start of structure or map found where not expected'],
    [{ List: 1 }, 'Unexpected field type'],
    [{ Map: [] }, 'Unrecognized collection type java.util.Map'],
    [{ Map: 'x' }, 'Unexpected field type'],
    [{ Map: { a: 'x' } }, 'Unexpected field type'],
    [{ Item: 'x' }, 'Unexpected field type'],
  ] as const)('refuses %j before it looks at constraints', ([input, message]) => {
    expect(messageFor(input)).toBe(`SerializationException: ${message}`)
  })
})
