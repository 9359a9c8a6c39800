// What binding one expression needs: the request's names and values, and a count of what the expression refers to.

import type { AttributeValue } from '../model/attribute-value.ts'
import { MAX_BOUND_EXPRESSION_SIZE_BYTES, MAX_EXPRESSION_OPERATORS, MAX_NESTING_DEPTH } from '../model/limits.ts'
import type { ServiceException } from '../model/service-exception.ts'
import type { DocumentPath, PathElement } from './document-path.ts'
import { type ExpressionParameter, expressionException, TOO_MANY_OPERATORS } from './expression-exception.ts'
import type { Substitutions } from './substitutions.ts'
import type { PathElementSyntax, PathSyntax, ValueSyntax } from './syntax-tree.ts'

/** An expression to bind, and the request's names and values. */
export interface ScopeOptions {
  /** Undefined for parts of a PartiQL statement. */
  readonly parameter: ExpressionParameter | undefined
  readonly text: string
  readonly names: Substitutions<string>
  readonly values: Substitutions<AttributeValue>
}

/** Fills in names and values for one expression, and notes the attributes that it refers to. */
export class ExpressionScope {
  readonly #parameter: ExpressionParameter | undefined
  readonly #names: Substitutions<string>
  readonly #values: Substitutions<AttributeValue>
  readonly #topLevelNames: Set<string> = new Set()
  readonly #nestedNames: Set<string> = new Set()
  #operatorCount = 0
  #sizeBytes: number

  constructor({ parameter, text, names, values }: ScopeOptions) {
    this.#parameter = parameter
    this.#names = names
    this.#values = values
    this.#sizeBytes = text.length
  }

  /** Top-level attributes of all paths so far. */
  get topLevelNames(): ReadonlySet<string> {
    return this.#topLevelNames
  }

  /** Top-level attributes of those paths that go below them. */
  get nestedNames(): ReadonlySet<string> {
    return this.#nestedNames
  }

  /**
   * The path with its names filled in.
   *
   * @throws ServiceException ValidationException when it is too deep or a name is not defined
   */
  path(syntax: PathSyntax): DocumentPath {
    const depth = syntax.elements.length
    if (depth > MAX_NESTING_DEPTH) {
      throw this.refusal(`The document path has too many nesting levels; nesting levels: ${depth}`)
    }
    const elements = syntax.elements.map((element) => this.#element(element))
    // The grammar begins every path with a name, never with an index.
    const path = elements as unknown as DocumentPath
    this.#topLevelNames.add(path[0])
    if (path.length > 1) this.#nestedNames.add(path[0])
    return path
  }

  /**
   * The value of a placeholder.
   *
   * @throws ServiceException ValidationException when it is not defined
   */
  value(syntax: ValueSyntax): AttributeValue {
    const substitution = this.#values.use(syntax.placeholder)
    if (substitution === undefined) {
      throw this.refusal(
        `An expression attribute value used in expression is not defined; attribute value: ${syntax.placeholder}`,
      )
    }
    this.#sizeBytes += substitution.sizeBytes
    return substitution.meaning
  }

  /** Notes operators or functions. */
  countOperators(count: number = 1): void {
    this.#operatorCount += count
  }

  /**
   * To be called when all is bound: refuses too many operators and too long names and values, which the service looks
   * at last.
   *
   * @throws ServiceException ValidationException
   */
  finish(): void {
    if (this.#operatorCount > MAX_EXPRESSION_OPERATORS) throw this.refusal(TOO_MANY_OPERATORS)
    if (this.#sizeBytes > MAX_BOUND_EXPRESSION_SIZE_BYTES) {
      throw this.refusal('Expression size has exceeded the maximum allowed size;')
    }
  }

  /** An exception that says what is wrong with this expression. */
  refusal(problem: string): ServiceException {
    return expressionException(this.#parameter, problem)
  }

  #element(syntax: PathElementSyntax): PathElement {
    if (syntax.kind === 'name') return syntax.text
    if (syntax.kind === 'index') return Number(syntax.digits)
    const substitution = this.#names.use(syntax.text)
    if (substitution === undefined) {
      throw this.refusal(
        `An expression attribute name used in the document path is not defined; attribute name: ${syntax.text}`,
      )
    }
    this.#sizeBytes += substitution.sizeBytes
    return substitution.meaning
  }
}
