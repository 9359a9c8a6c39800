// The values of an UPDATE's SETs as those of update expressions. PartiQL nests sums; update expressions have one plus or
// minus: constants are added up beforehand, and what then still needs two operators is refused.

import type { AttributeValue } from '../../model/attribute-value.ts'
import { addNumbers, subtractNumbers } from '../../model/number.ts'
import { type ServiceException, validationException } from '../../model/service-exception.ts'
import { operandTypeProblem } from '../expression-exception.ts'
import { attributeType } from '../../model/attribute-type.ts'
import type { FunctionSyntax, OperandSyntax, SetValueSyntax } from '../syntax-tree.ts'
import { bindOperand, type OperandRules } from './bind-operand.ts'
import { refuseMissing, type StatementScope } from './statement-scope.ts'
import type { TermSyntax } from './statement-syntax.ts'

const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
])

/**
 * What a SET assigns.
 *
 * @throws ServiceException ValidationException when DynamoDB does not take it
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html
 */
export function setValue(scope: StatementScope, term: TermSyntax): SetValueSyntax {
  if (term.kind === 'operation') return arithmetic(scope, term)
  if (term.kind === 'call' && term.name.toLowerCase() === 'list_append') return callOf(scope, term)
  return operandOf(scope, term)
}

/** A sum of attributes and numbers: what is added, what is subtracted, and all numbers as one. */
interface Sum {
  readonly added: OperandSyntax[]
  readonly subtracted: OperandSyntax[]
  constant: string | undefined
}

function arithmetic(scope: StatementScope, term: TermSyntax & { readonly kind: 'operation' }): SetValueSyntax {
  const [left, right] = term.operands
  if (isSum(term) && left !== undefined && right !== undefined && !isSum(left) && !isSum(right)) {
    return {
      kind: 'arithmetic',
      operator: term.operator === '+' ? '+' : '-',
      left: operandOf(scope, left),
      right: operandOf(scope, right),
    }
  }
  const sum: Sum = { added: [], subtracted: [], constant: undefined }
  collect(scope, term, { sum, isAdded: true })
  return sumSyntax(scope, sum, term.operator)
}

function sumSyntax(scope: StatementScope, { added, subtracted, constant }: Sum, operator: string): SetValueSyntax {
  const [first, second] = added
  const [less] = subtracted
  const number = constant === undefined ? undefined : scope.asValue({ N: constant })
  const count = added.length + subtracted.length + (number === undefined ? 0 : 1)
  if (count === 1 && number !== undefined) return number
  if (count === 2 && first !== undefined) {
    const other = second ?? number
    if (other !== undefined) return { kind: 'arithmetic', operator: '+', left: first, right: other }
    if (less !== undefined) return { kind: 'arithmetic', operator: '-', left: first, right: less }
  }
  if (count === 2 && less !== undefined && number !== undefined) {
    return { kind: 'arithmetic', operator: '-', left: number, right: less }
  }
  throw unsupportedOperator(operator)
}

function collect(
  scope: StatementScope,
  term: TermSyntax,
  { sum, isAdded }: { readonly sum: Sum; readonly isAdded: boolean },
): void {
  if (term.kind === 'operation') {
    if (!isSum(term)) throw unsupportedTerm(term)
    const [left, right] = term.operands
    if (left !== undefined) collect(scope, left, { sum, isAdded })
    if (right !== undefined) collect(scope, right, { sum, isAdded: (term.operator === '+') === isAdded })
  } else if (term.kind === 'name' || term.kind === 'path' || term.kind === 'call') {
    ;(isAdded ? sum.added : sum.subtracted).push(operandOf(scope, term))
  } else {
    if (term.kind === 'missing') refuseMissing()
    const number = numberOf(scope.valueOf(term))
    const constant = sum.constant ?? '0'
    sum.constant = isAdded ? addNumbers(constant, number) : subtractNumbers(constant, number)
  }
}

function isSum(term: TermSyntax): boolean {
  return term.kind === 'operation' && term.operands.length === 2 && (term.operator === '+' || term.operator === '-')
}

function unsupportedTerm({ operator, operands }: TermSyntax & { readonly kind: 'operation' }): ServiceException {
  if (operands.length === 2) return unsupportedOperator(operator)
  return validationException(
    `Incorrect number of operands for operator or function; operator or function: ${operator}, number of operands: ${operands.length}`,
  )
}

function numberOf(value: AttributeValue): string {
  if ('N' in value) return value.N
  throw validationException(operandTypeProblem('+', attributeType(value)))
}

const OPERAND_RULES: OperandRules = { call: operandCall, unsupportedTerm, unsupportedOperator }

function operandOf(scope: StatementScope, term: TermSyntax): OperandSyntax {
  return bindOperand(scope, term, OPERAND_RULES)
}

function operandCall(scope: StatementScope, term: TermSyntax & { readonly kind: 'call' }): FunctionSyntax {
  if (term.name.toLowerCase() !== 'list_append') return callOf(scope, term)
  throw validationException('The function is not allowed to be used this way in an expression; function: list_append')
}

function callOf(
  scope: StatementScope,
  { name: written, operands }: TermSyntax & { readonly kind: 'call' },
): FunctionSyntax {
  const name = written.toLowerCase()
  if (name !== 'list_append' && name !== 'if_not_exists') {
    throw validationException(
      CONDITION_FUNCTIONS.has(name)
        ? `The function is not allowed in an update expression; function: ${name}`
        : `Unrecognized function: ${name}`,
    )
  }
  return { kind: 'function', name, operands: operands.map((operand) => operandOf(scope, operand)) }
}

function unsupportedOperator(operator: string): ServiceException {
  return validationException(`Unsupported operator in Update Expression. Operator: ${operator}`)
}
