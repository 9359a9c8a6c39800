// Makes a good request a bad one, in one of the ways in which requests go wrong.

import type { Draw } from './draw.ts'
import type { DrawnStep, Input } from './draw-requests.ts'
import { anyValue, invalidValue } from './draw-values.ts'

/** A place inside a request. */
interface Place {
  readonly parent: Record<string, unknown> | unknown[]
  readonly name: string | number
}

const EXPRESSIONS: readonly string[] = [
  'KeyConditionExpression',
  'FilterExpression',
  'ConditionExpression',
  'UpdateExpression',
  'ProjectionExpression',
]
const ENUMS: readonly string[] = [
  'ReturnValues',
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
  'ReturnValuesOnConditionCheckFailure',
  'Select',
]
const OTHER_TYPES: readonly unknown[] = [1, true, 'text', [], {}, null, 1.5, [null], [1]]
const EXPRESSION_NOISE = [
  '(',
  ')',
  ' AND ',
  ',',
  '#',
  ':',
  ':none',
  '#none',
  '.',
  '[',
  ']',
  '=',
  '0',
  ' a',
  '"',
  ' NOT ',
  '+',
  '[-1]',
  'é',
  ' SET ',
]

type Mistake = (draw: Draw, input: Record<string, unknown>) => void

/** The same request with a mistake in it. */
export function drawMistake(draw: Draw, { input, ...step }: DrawnStep): DrawnStep {
  const copy = structuredClone(input) as Record<string, unknown>
  const mistake = draw.weighted(
    Object.entries(MISTAKES).map(([name, { weight, make }]): [number, () => string] => [
      weight,
      () => {
        make(draw, copy)
        return name
      },
    ]),
  )
  return { ...step, input: copy, mistake }
}

/** Parameters that belong together: of the request, or of an action or table of it. */
function someScope(draw: Draw, input: Record<string, unknown>): Record<string, unknown> {
  const scopes = placesOf(input)
    .map(({ parent, name }) => (parent as Record<string, unknown>)[name])
    .filter((value): value is Record<string, unknown> => isRecord(value) && ('TableName' in value || 'Keys' in value))
  return scopes.length > 0 && !('TableName' in input) ? draw.pick(scopes) : input
}

const dropMember: Mistake = (draw, input) => {
  const scope = draw.chance(60) ? input : someScope(draw, input)
  const [name] = draw.some(Object.keys(scope), 1)
  if (name !== undefined) Reflect.deleteProperty(scope, name)
}

const changeType: Mistake = (draw, input) => {
  const places = placesOf(input)
  if (places.length === 0) return
  const { parent, name } = draw.chance(50) ? draw.pick(places.slice(0, 8)) : draw.pick(places)
  setMember(parent, name, draw.pick(OTHER_TYPES))
}

const breakExpression: Mistake = (draw, input) => {
  const scope = someScope(draw, input)
  const given = EXPRESSIONS.filter((name) => typeof scope[name] === 'string')
  if (given.length === 0) return
  const name = draw.pick(given)
  const text = String(scope[name])
  const at = draw.below(text.length + 1)
  scope[name] = draw.weighted([
    [4, () => text.slice(0, at) + draw.pick(EXPRESSION_NOISE) + text.slice(at)],
    [3, () => text.slice(0, at) + text.slice(at + draw.between(1, 3))],
    [1, () => ''],
    [1, () => text.slice(0, at)],
    [1, () => `${text}${draw.pick([' AND ', ' OR ', ', ', ' '])}${text}`],
    [1, () => text.replace(/[:#]\w+/, draw.pick([':none', '#none', 'select', '_a', '1']))],
    [
      1,
      () =>
        text.replace(
          /\b(?:begins_with|contains|size|attribute_exists|if_not_exists|list_append)\b/,
          draw.pick(['foo', 'size', 'contains', 'BEGINS_WITH', 'attribute_type']),
        ),
    ],
    [1, () => `${text} ${'x'.repeat(4097 - Math.min(text.length, 4090))}`],
    [1, () => Array.from({ length: 160 }, () => text).join(' AND ')],
  ])
}

const addPlaceholder: Mistake = (draw, input) => {
  const scope = someScope(draw, input)
  const isName = draw.chance(50)
  const parameter = isName ? 'ExpressionAttributeNames' : 'ExpressionAttributeValues'
  const given = scope[parameter]
  const map = isRecord(given) ? { ...given } : {}
  const sign = isName ? '#' : ':'
  const key = draw.pick([
    `${sign}unused`,
    sign,
    'plain',
    `${sign}a b`,
    `${sign}n0`,
    `${sign}v0`,
    `${sign}${'x'.repeat(255)}`,
    `${sign}__proto__`,
  ])
  map[key] = isName
    ? draw.pick(['a', '', 'p', 's', 'x'.repeat(300)])
    : draw.chance(60)
      ? anyValue(draw, 1)
      : invalidValue(draw)
  scope[parameter] = draw.chance(90) ? map : {}
}

const breakValue: Mistake = (draw, input) => {
  const scope = someScope(draw, input)
  const maps = ['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey']
    .map((name) => scope[name])
    .filter(isRecord)
  const [map] = draw.some(maps, 1)
  if (map === undefined) return
  const [name = 'a'] = draw.some(Object.keys(map), 1)
  setMember(map, name, invalidValue(draw))
}

const breakKey: Mistake = (draw, input) => {
  const scope = someScope(draw, input)
  const key = scope['Key'] ?? scope['Item']
  if (!isRecord(key)) return
  const [name = 'p'] = draw.some(['Key' in scope ? (Object.keys(key)[0] ?? 'p') : 'p', 's', 'g', 'l', 'r', 'h'], 1)
  draw.weighted<void>([
    [2, () => void Reflect.deleteProperty(key, name)],
    [2, () => void (key[name] = anyValue(draw, 1))],
    [1, () => void (key[name] = { S: '' })],
    [1, () => void (key[name] = { B: '' })],
    [1, () => void (key[name] = { S: 'k'.repeat(draw.pick([1024, 1025, 2048, 2049])) })],
    [1, () => void (key['other'] = { S: 'x' })],
  ])
}

const breakParameter: Mistake = (draw, input) => {
  draw.weighted<void>([
    [
      2,
      () =>
        void (input[draw.pick(ENUMS)] = draw.pick([
          'none',
          'x',
          '',
          'ALL_OLD',
          'ALL_NEW',
          'TOTAL',
          'SIZE',
          'COUNT',
          'ALL_ATTRIBUTES',
        ])),
    ],
    [1, () => void (input['TableName'] = draw.pick(['nowhere', 'ab', '', 'a b', 'x'.repeat(256), '.._']))],
    [1, () => void (input['IndexName'] = draw.pick(['nowhere', 'ab', '', 'global0', 'local0']))],
    [1, () => void (input['Limit'] = draw.pick([0, -1, 1]))],
    [1, () => void (input['Segment'] = draw.pick([0, -1, 1, 2, 1_000_000]))],
    [1, () => void (input['TotalSegments'] = draw.pick([0, 1, 2, 1_000_000, 1_000_001]))],
    [1, () => void (input['ConsistentRead'] = draw.pick([true, 'true', 1]))],
    [1, () => void (input['ScanIndexForward'] = draw.chance(50))],
    [
      1,
      () =>
        void (input['ExclusiveStartKey'] = draw.pick<unknown>([
          {},
          { p: { S: 'a' } },
          { p: { S: 'a' }, s: { N: '1' } },
          { x: { S: 'a' } },
          { p: {} },
        ])),
    ],
    [1, () => void (input['AttributesToGet'] = draw.pick<unknown>([[], ['a'], ['a', 'a'], ['a', 1]]))],
    [
      1,
      () =>
        void (input['Expected'] = draw.pick<unknown>([
          {},
          { a: {} },
          { a: { Exists: true } },
          { a: { Exists: false, Value: { S: 'a' } } },
          { a: { Value: { S: 'a' }, ComparisonOperator: 'EQ' } },
          { a: { ComparisonOperator: 'EQ' } },
        ])),
    ],
    [1, () => void (input['ConditionalOperator'] = draw.pick(['AND', 'OR', 'XOR']))],
    [
      1,
      () =>
        void (input['AttributeUpdates'] = draw.pick<unknown>([
          {},
          { a: {} },
          { a: { Action: 'PUT' } },
          { p: { Action: 'PUT', Value: { S: 'a' } } },
          { a: { Action: 'ADD', Value: { S: 'a' } } },
          { a: { Action: 'X', Value: { S: 'a' } } },
        ])),
    ],
    [
      1,
      () =>
        void (input[draw.pick(['KeyConditions', 'QueryFilter', 'ScanFilter'])] = draw.pick<unknown>([
          {},
          { p: {} },
          { p: { ComparisonOperator: 'EQ' } },
          { p: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'a' }, { S: 'b' }] } },
          { a: { ComparisonOperator: 'LT', AttributeValueList: [{ BOOL: true }] } },
          { a: { ComparisonOperator: 'X', AttributeValueList: [] } },
        ])),
    ],
    [1, () => setMember(input, draw.pick(['Unknown', '__proto__', 'constructor']), { S: 'x' })],
  ])
}

const MISTAKES: Readonly<Record<string, { readonly weight: number; readonly make: Mistake }>> = {
  dropMember: { weight: 2, make: dropMember },
  changeType: { weight: 3, make: changeType },
  breakExpression: { weight: 6, make: breakExpression },
  addPlaceholder: { weight: 3, make: addPlaceholder },
  breakValue: { weight: 4, make: breakValue },
  breakKey: { weight: 3, make: breakKey },
  breakParameter: { weight: 4, make: breakParameter },
}

/** `__proto__` becomes a member like any other. */
function setMember(parent: object, name: string | number, value: unknown): void {
  Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every place of a request, those near the top first. */
function placesOf(input: Input): readonly Place[] {
  const places: Place[] = []
  const queue: unknown[] = [input]
  for (let value = queue.shift(); value !== undefined; value = queue.shift()) {
    if (typeof value !== 'object' || value === null) continue
    for (const name of Object.keys(value)) {
      places.push({ parent: value as Record<string, unknown>, name })
      queue.push((value as Record<string, unknown>)[name] ?? null)
    }
  }
  return places
}
