// What may stand as an operand in a condition of WHERE or in a value of SET: the same but for functions, and for the words in
// which everything else is refused.

import type { ServiceException } from '../../model/service-exception.ts'
import type { OperandSyntax } from '../syntax-tree.ts'
import { refuseMissing, type StatementScope } from './statement-scope.ts'
import type { TermSyntax } from './statement-syntax.ts'

/** What differs between the places where operands stand. */
export interface OperandRules {
  /** @throws ServiceException for a function that is no operand there */
  readonly call: (scope: StatementScope, term: TermSyntax & { readonly kind: 'call' }) => OperandSyntax
  /** The refusal of a sum, a concatenation and the like. */
  readonly unsupportedTerm: (term: TermSyntax & { readonly kind: 'operation' }) => ServiceException
  /** The refusal of what is a condition. */
  readonly unsupportedOperator: (operator: string) => ServiceException
}

/**
 * An operand as one of expressions.
 *
 * @throws ServiceException ValidationException when it can be none
 */
export function bindOperand(scope: StatementScope, term: TermSyntax, rules: OperandRules): OperandSyntax {
  switch (term.kind) {
    case 'name':
    case 'path':
      return scope.path(term)
    case 'missing':
      return refuseMissing()
    case 'call':
      return rules.call(scope, term)
    case 'operation':
      throw rules.unsupportedTerm(term)
    case 'comparison':
      throw rules.unsupportedOperator(term.comparator)
    case 'and':
    case 'or':
    case 'not':
    case 'in':
    case 'is':
    case 'between':
      throw rules.unsupportedOperator(term.kind)
    default:
      return scope.value(term)
  }
}
