// Random syntax of expressions, and items small enough that random conditions on them hold now and then.

import fc from 'fast-check'
import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import type {
  Comparator,
  ConditionSyntax,
  OperandSyntax,
  PathElementSyntax,
  PathSyntax,
  ProjectionSyntax,
  SetValueSyntax,
  UpdateActionSyntax,
  UpdateSectionSyntax,
  UpdateSyntax,
  ValueSyntax,
} from '../../src/expressions/syntax-tree.ts'

const COMPARATORS: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>=']
const ATTRIBUTE_NAMES = ['a', 'b', 'c', 'list_of', 'a1'] as const

/** Values for placeholders, of every type. */
export const SMALL_VALUES: Readonly<Record<string, AttributeValue>> = {
  ':s': { S: 'b' },
  ':empty': { S: '' },
  ':text': { S: 'ab\u{1F600}' },
  ':zero': { N: '0' },
  ':one': { N: '1' },
  ':two': { N: '2' },
  ':bytes': { B: new Uint8Array([1, 2]) },
  ':yes': { BOOL: true },
  ':null': { NULL: true },
  ':ss': { SS: ['b', 'a'] },
  ':ns': { NS: ['1', '2'] },
  ':bs': { BS: [new Uint8Array([1]), new Uint8Array([1, 2])] },
  ':list': { L: [{ N: '1' }, { S: 'b' }] },
  ':map': { M: { a: { N: '1' } } },
  ':typeS': { S: 'S' },
  ':typeL': { S: 'L' },
}

const leafValues = fc.constantFrom<AttributeValue>(
  { S: 'a' },
  { S: 'b' },
  { S: 'ab\u{1F600}' },
  { S: 'ab\uFFFD' },
  { S: '' },
  { N: '0' },
  { N: '1' },
  { N: '2' },
  { N: '-1' },
  { B: new Uint8Array([1, 2]) },
  { B: new Uint8Array([]) },
  { BOOL: true },
  { BOOL: false },
  { NULL: true },
  { SS: ['a', 'b'] },
  { NS: ['2', '1'] },
  { BS: [new Uint8Array([1, 2]), new Uint8Array([1])] },
)
const smallValues = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leafValues,
    fc.array(tie('value'), { maxLength: 3 }).map((elements) => ({ L: elements })),
    fc.dictionary(fc.constantFrom(...ATTRIBUTE_NAMES), tie('value'), { maxKeys: 3 }).map((members) => ({ M: members })),
  ),
})).value

/** Items with the attribute names of the expressions below. */
export const smallItems: fc.Arbitrary<Item> = fc.dictionary(fc.constantFrom(...ATTRIBUTE_NAMES), smallValues, {
  maxKeys: 4,
  noNullPrototype: true,
})

function pathsOf(names: fc.Arbitrary<PathElementSyntax>): fc.Arbitrary<PathSyntax> {
  const index = fc.nat(3).map((number): PathElementSyntax => ({ kind: 'index', digits: String(number) }))
  return fc
    .tuple(names, fc.array(fc.oneof(names, index), { maxLength: 3 }))
    .map(([first, rest]) => ({ kind: 'path', elements: [first, ...rest] }))
}

const plainNames = fc.constantFrom(...ATTRIBUTE_NAMES).map((text): PathElementSyntax => ({ kind: 'name', text }))
const placeholders = fc
  .constantFrom('#a', '#1', '#_x')
  .map((text): PathElementSyntax => ({ kind: 'placeholder', text }))
const anyPaths = pathsOf(fc.oneof(plainNames, placeholders))
const anyValues = fc
  .constantFrom(...Object.keys(SMALL_VALUES))
  .map((placeholder): ValueSyntax => ({ kind: 'value', placeholder }))

/** Operands as the grammar has them, whatever their functions are called. */
const anyOperands: fc.Arbitrary<OperandSyntax> = fc.letrec<{ operand: OperandSyntax }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small' },
    anyPaths,
    anyValues,
    fc.record({
      kind: fc.constant('function' as const),
      name: fc.constantFrom('size', 'contains', 'foo'),
      operands: fc.array(tie('operand'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).operand

function conditionsOf(predicates: fc.Arbitrary<ConditionSyntax>): fc.Arbitrary<ConditionSyntax> {
  return fc.letrec<{ condition: ConditionSyntax }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      predicates,
      fc.record({ kind: fc.constant('not' as const), condition: tie('condition') }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        conditions: fc.array(tie('condition'), { minLength: 2, maxLength: 4 }),
      }),
    ),
  })).condition
}

function comparisonsOf(operands: fc.Arbitrary<OperandSyntax>): fc.Arbitrary<ConditionSyntax> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('comparison' as const),
      comparator: fc.constantFrom(...COMPARATORS),
      left: operands,
      right: operands,
    }),
    fc.record({ kind: fc.constant('between' as const), operand: operands, low: operands, high: operands }),
    fc.record({
      kind: fc.constant('in' as const),
      operand: operands,
      candidates: fc.array(operands, { minLength: 1, maxLength: 3 }),
    }),
  )
}

/** Conditions as the grammar has them; most would be refused when bound. */
export const conditionSyntaxes: fc.Arbitrary<ConditionSyntax> = conditionsOf(
  fc.oneof(
    comparisonsOf(anyOperands),
    fc.record({
      kind: fc.constant('function' as const),
      name: fc.constantFrom('attribute_exists', 'begins_with', 'foo'),
      operands: fc.array(anyOperands, { minLength: 1, maxLength: 3 }),
    }),
  ),
)

const boundPaths = pathsOf(plainNames)
const sizes = boundPaths.map((path): OperandSyntax => ({ kind: 'function', name: 'size', operands: [path] }))
const boundOperands: fc.Arbitrary<OperandSyntax> = fc.oneof(
  { weight: 3, arbitrary: boundPaths },
  { weight: 2, arbitrary: anyValues },
  { weight: 1, arbitrary: sizes },
)

/** Conditions with the right functions, on the attributes of `smallItems`; many can be bound. */
export const evaluatedConditions: fc.Arbitrary<ConditionSyntax> = conditionsOf(
  fc.oneof(
    comparisonsOf(boundOperands),
    fc.record({
      kind: fc.constant('function' as const),
      name: fc.constantFrom('attribute_exists', 'attribute_not_exists'),
      operands: fc.tuple(boundPaths),
    }),
    fc.record({
      kind: fc.constant('function' as const),
      name: fc.constantFrom('begins_with', 'contains'),
      operands: fc.tuple(boundOperands, boundOperands),
    }),
    fc.record({
      kind: fc.constant('function' as const),
      name: fc.constant('attribute_type'),
      operands: fc.tuple(
        boundOperands,
        fc.constantFrom(':typeS', ':typeL').map((placeholder): ValueSyntax => ({ kind: 'value', placeholder })),
      ),
    }),
  ),
)

export const projectionSyntaxes: fc.Arbitrary<ProjectionSyntax> = fc.record({
  kind: fc.constant('projection' as const),
  paths: fc.array(anyPaths, { minLength: 1, maxLength: 5 }),
})

const setValues: fc.Arbitrary<SetValueSyntax> = fc.oneof(
  anyOperands,
  fc.record({
    kind: fc.constant('arithmetic' as const),
    operator: fc.constantFrom('+' as const, '-' as const),
    left: anyOperands,
    right: anyOperands,
  }),
)

function sectionsOf(
  keyword: UpdateSectionSyntax['keyword'],
  actions: fc.Arbitrary<UpdateActionSyntax>,
): fc.Arbitrary<UpdateSectionSyntax> {
  return fc.record({ keyword: fc.constant(keyword), actions: fc.array(actions, { minLength: 1, maxLength: 3 }) })
}

/** Updates as the grammar has them. */
export const updateSyntaxes: fc.Arbitrary<UpdateSyntax> = fc.record({
  kind: fc.constant('update' as const),
  sections: fc.array(
    fc.oneof(
      sectionsOf('SET', fc.record({ kind: fc.constant('set' as const), path: anyPaths, value: setValues })),
      sectionsOf('REMOVE', fc.record({ kind: fc.constant('remove' as const), path: anyPaths })),
      sectionsOf('ADD', fc.record({ kind: fc.constant('add' as const), path: anyPaths, value: anyValues })),
      sectionsOf('DELETE', fc.record({ kind: fc.constant('delete' as const), path: anyPaths, value: anyValues })),
    ),
    { minLength: 1, maxLength: 4 },
  ),
})
