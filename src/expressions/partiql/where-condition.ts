// WHERE as a condition of the other operations: what PartiQL has beyond them is refused in the service's words, what it says
// differently is said in theirs (IS MISSING is attribute_not_exists, IS of a type attribute_type).

import type { AttributeType } from '../../model/attribute-value.ts'
import { type ServiceException, validationException } from '../../model/service-exception.ts'
import type { ConditionSyntax, FunctionSyntax, OperandSyntax } from '../syntax-tree.ts'
import { bindOperand, type OperandRules } from './bind-operand.ts'
import { refusalAt } from './statement-exception.ts'
import type { StatementScope } from './statement-scope.ts'
import type { TermSyntax } from './statement-syntax.ts'

const PREDICATES: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
])
const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set(['if_not_exists', 'list_append', 'set_add', 'set_delete'])
/** The types that IS takes beside MISSING. */
const TYPES: ReadonlyMap<string, AttributeType> = new Map([
  ['NULL', 'NULL'],
  ['BOOLEAN', 'BOOL'],
  ['BLOB', 'B'],
  ['STRING', 'S'],
  ['NUMERIC', 'N'],
  ['STRUCT', 'M'],
  ['TUPLE', 'M'],
  ['LIST', 'L'],
])
const NO_PART = 'The arguments to AND/OR must be Expressions'
const NOT_NEGATABLE = 'The argument to NOT must be a Type or Expression'
const VALUES: ReadonlySet<TermSyntax['kind']> = new Set([
  'name',
  'path',
  'string',
  'number',
  'boolean',
  'null',
  'missing',
  'parameter',
  'list',
  'bag',
  'struct',
])
const IS_OPERANDS: ReadonlySet<TermSyntax['kind']> = new Set([
  'name',
  'path',
  'string',
  'number',
  'boolean',
  'null',
  'list',
  'bag',
  'struct',
])

/**
 * The condition that a WHERE clause states.
 *
 * @throws ServiceException ValidationException when DynamoDB does not take it
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html
 */
export function whereCondition(scope: StatementScope, term: TermSyntax): ConditionSyntax {
  switch (term.kind) {
    case 'and':
    case 'or':
      return { kind: term.kind, conditions: term.conditions.map((condition) => part(scope, condition, NO_PART)) }
    case 'not':
      return { kind: 'not', condition: part(scope, term.condition, NOT_NEGATABLE) }
    case 'comparison':
      return {
        kind: 'comparison',
        comparator: term.comparator,
        left: operandOf(scope, term.left),
        right: operandOf(scope, term.right),
      }
    case 'between':
      return {
        kind: 'between',
        operand: operandOf(scope, term.operand),
        low: operandOf(scope, term.low),
        high: operandOf(scope, term.high),
      }
    case 'in':
      return inCondition(scope, term)
    case 'is':
      return isCondition(scope, term)
    case 'call':
      return predicateOf(scope, term)
    case 'operation':
      throw unsupportedOperator(term.operator)
    default:
      throw notBoolean()
  }
}

/** A part of a condition: the service says in other words that a value is none. */
function part(scope: StatementScope, term: TermSyntax, problem: string): ConditionSyntax {
  if (VALUES.has(term.kind)) throw validationException(problem)
  return whereCondition(scope, term)
}

function inCondition(
  scope: StatementScope,
  { operand, candidates }: TermSyntax & { readonly kind: 'in' },
): ConditionSyntax {
  const isSequence = candidates.kind === 'list' || candidates.kind === 'bag'
  if (!isSequence || candidates.elements.length === 0) {
    throw validationException(
      'IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq with at least one member',
    )
  }
  return {
    kind: 'in',
    operand: operandOf(scope, operand),
    candidates: candidates.elements.map((element) => operandOf(scope, element)),
  }
}

function isCondition(
  scope: StatementScope,
  { operand: term, type, place }: TermSyntax & { readonly kind: 'is' },
): ConditionSyntax {
  if (!IS_OPERANDS.has(term.kind)) {
    throw validationException('The left hand side argument to IS must be a Variable Reference, Literal, or Path')
  }
  const operand = operandOf(scope, term)
  if (type === 'MISSING') return { kind: 'function', name: 'attribute_not_exists', operands: [operand] }
  const attributeType = TYPES.get(type)
  if (attributeType === undefined) {
    throw refusalAt(
      `Unsupported data type for IS operator: ${type}. Supported data types are [MISSING, ${[...TYPES.keys()].join(', ')}]`,
      place,
    )
  }
  return { kind: 'function', name: 'attribute_type', operands: [operand, scope.asValue({ S: attributeType })] }
}

/** A function that is a condition by itself. */
function predicateOf(
  scope: StatementScope,
  { name: written, operands }: TermSyntax & { readonly kind: 'call' },
): FunctionSyntax {
  const name = written.toLowerCase()
  if (PREDICATES.has(name)) {
    return { kind: 'function', name, operands: operands.map((operand) => operandOf(scope, operand)) }
  }
  throw name === 'size' ? notBoolean() : notInCondition(name)
}

const OPERAND_RULES: OperandRules = {
  call: sizeOf,
  unsupportedTerm: ({ operator }) => unsupportedOperator(operator),
  unsupportedOperator,
}

function operandOf(scope: StatementScope, term: TermSyntax): OperandSyntax {
  return bindOperand(scope, term, OPERAND_RULES)
}

function sizeOf(
  scope: StatementScope,
  { name: written, operands }: TermSyntax & { readonly kind: 'call' },
): FunctionSyntax {
  const name = written.toLowerCase()
  if (name === 'size') {
    return { kind: 'function', name, operands: operands.map((operand) => operandOf(scope, operand)) }
  }
  if (!PREDICATES.has(name)) throw notInCondition(name)
  throw validationException(`The function is not allowed to be used this way in an expression; function: ${name}`)
}

function notBoolean(): ServiceException {
  return validationException('WHERE clause must contain an expression that resolves to a boolean')
}

function unsupportedOperator(operator: string): ServiceException {
  return validationException(`Unsupported operator in Condition Expression. Operator: ${operator}`)
}

function notInCondition(name: string): ServiceException {
  return validationException(
    UPDATE_FUNCTIONS.has(name)
      ? `The function is not allowed in a condition expression; function: ${name}`
      : `Unrecognized function: ${name}`,
  )
}
