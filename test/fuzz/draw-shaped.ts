// Requests made from the shapes of the operations themselves, so that no operation and no parameter is left out: mostly
// of the right types, with values that are meant to hurt.

import type { Draw } from '../differential/draw.ts'
import { anyValue, invalidValue } from '../differential/draw-values.ts'
import type { Shape, StructureShape } from '../../src/engine/constraint.ts'

const NAMES = [
  'main',
  'side',
  'p',
  's',
  'a',
  'global0',
  'local0',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '#n',
  ':v',
  '',
]
const TEXTS = [
  ...NAMES,
  'p = :v',
  'SET a = :v',
  'a',
  'x'.repeat(300),
  '\uD800',
  'arn:aws:dynamodb:local:000000000000:table/main',
  'SELECT * FROM main',
  '🙂',
]
const NUMBERS = [0, 1, -1, 2, 25, 100, 1e6, 2 ** 31, 2 ** 53, 1.5, -0, 1e308]
const OTHERS: readonly unknown[] = [null, true, 'text', 1, [], {}, [null], [[]], { __proto__: null }, 'true', '1']
const WRONG_TYPE_PERCENT = 4
const GIVEN_PERCENT = 55
const REQUIRED_PERCENT = 92
const MAX_DEPTH = 8

/** A value for a parameter of this shape. */
export function drawShaped(draw: Draw, shape: Shape, depth = 0): unknown {
  if (draw.chance(WRONG_TYPE_PERCENT) || depth > MAX_DEPTH) return draw.pick(OTHERS)
  const inner = (member: Shape): unknown => drawShaped(draw, member, depth + 1)
  switch (shape.kind) {
    case 'string':
      return shape.values !== undefined && draw.chance(85) ? draw.pick(shape.values) : draw.pick(TEXTS)
    case 'boolean':
      return draw.chance(50)
    case 'number':
      return draw.pick(NUMBERS)
    case 'list':
      return Array.from({ length: draw.below(4) }, () => inner(shape.element))
    case 'map':
      return drawMembers(draw, () => inner(shape.value))
    case 'structure':
      return drawStructure(draw, shape, depth)
    case 'attributes':
      return drawMembers(draw, () => drawAttribute(draw))
    default:
      // Shapes of single values, in whatever form they come.
      return drawAttribute(draw)
  }
}

function drawAttribute(draw: Draw): unknown {
  return draw.chance(85) ? anyValue(draw) : invalidValue(draw)
}

function drawMembers(draw: Draw, make: () => unknown): unknown {
  return Object.fromEntries(draw.some([...NAMES, ':v', '#n'], draw.below(4)).map((name) => [name, make()]))
}

function drawStructure(draw: Draw, { members, required }: StructureShape, depth: number): unknown {
  const names = Object.keys(members).filter((name) =>
    draw.chance(
      required?.includes(name) === true || name === 'TableName' ? REQUIRED_PERCENT : GIVEN_PERCENT / (depth + 1),
    ),
  )
  return Object.fromEntries(names.map((name) => [name, drawShaped(draw, members[name] as Shape, depth + 1)]))
}
