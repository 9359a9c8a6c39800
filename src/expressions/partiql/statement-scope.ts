// Parameters, names and values of one statement. Names and literals are put aside under placeholders, so that what is left
// of the statement are expressions as the other operations have them: they are bound by the same code, and can be printed.

import type { AttributeValue } from '../../model/attribute-value.ts'
import { MAX_LIST_INDEX } from '../../model/limits.ts'
import { validationException } from '../../model/service-exception.ts'
import { ExpressionScope } from '../expression-scope.ts'
import { type Substitution, Substitutions } from '../substitutions.ts'
import type { PathElementSyntax, PathSyntax, ValueSyntax } from '../syntax-tree.ts'
import { literalValue } from './literal-value.ts'
import { missingParameter, refusalAt } from './statement-exception.ts'
import type { StepSyntax, TermSyntax } from './statement-syntax.ts'

/** What the placeholders of printed expressions stand for. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>
}

/** Binds one statement to the parameters of one request. */
export class StatementScope {
  readonly #parameters: readonly AttributeValue[]
  readonly #names: Map<string, Substitution<string>> = new Map()
  readonly #placeholders: Map<string, string> = new Map()
  readonly #values: Map<string, Substitution<AttributeValue>> = new Map()

  /** @param parameters canonical; those that the statement does not use are ignored, as in the service */
  constructor(parameters: readonly AttributeValue[]) {
    this.#parameters = parameters
  }

  /** A scope for binding expressions that were made with this one. */
  expressionScope(): ExpressionScope {
    return new ExpressionScope({
      parameter: undefined,
      text: '',
      names: new Substitutions('ExpressionAttributeNames', this.#names),
      values: new Substitutions('ExpressionAttributeValues', this.#values),
    })
  }

  /**
   * A path as expressions have it.
   *
   * @throws ServiceException ValidationException when it is none
   */
  path(term: TermSyntax): PathSyntax {
    const root = term.kind === 'path' ? term.root : term
    if (root.kind !== 'name') throw refusalAt('Unexpected path component', root.place)
    const first: PathElementSyntax = { kind: 'placeholder', text: this.#name(root.text) }
    const steps = term.kind === 'path' ? term.steps : []
    return { kind: 'path', elements: [first, ...steps.map((step) => this.#step(step))] }
  }

  /**
   * The value of a parameter or a literal.
   *
   * @throws ServiceException ValidationException when it is neither, or no attribute can hold it
   */
  valueOf(term: TermSyntax): AttributeValue {
    if (term.kind !== 'parameter') return literalValue(term)
    const value = this.#parameters[term.index]
    if (value === undefined) throw missingParameter()
    return value
  }

  /**
   * A value as expressions have it.
   *
   * @throws ServiceException ValidationException
   */
  value(term: TermSyntax): ValueSyntax {
    return this.asValue(this.valueOf(term))
  }

  /** A value as expressions have it. */
  asValue(meaning: AttributeValue): ValueSyntax {
    const placeholder = `:v${this.#values.size}`
    // Its size is bounded by that of the statement, or of the request's parameters.
    this.#values.set(placeholder, { meaning, sizeBytes: 0 })
    return { kind: 'value', placeholder }
  }

  /** What the placeholders in these texts stand for. */
  placeholdersOf(texts: readonly (string | undefined)[]): Placeholders {
    const used = new Set(texts.flatMap((text) => text?.match(/[#:][a-z][0-9]+/g) ?? []))
    const names = [...this.#names].filter(([placeholder]) => used.has(placeholder))
    const values = [...this.#values].filter(([placeholder]) => used.has(placeholder))
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: meanings(names) }),
      ...(values.length > 0 && { ExpressionAttributeValues: meanings(values) }),
    }
  }

  #name(meaning: string): string {
    const known = this.#placeholders.get(meaning)
    if (known !== undefined) return known
    const placeholder = `#n${this.#names.size}`
    this.#names.set(placeholder, { meaning, sizeBytes: 0 })
    this.#placeholders.set(meaning, placeholder)
    return placeholder
  }

  #step(step: StepSyntax): PathElementSyntax {
    switch (step.kind) {
      case 'member':
        return { kind: 'placeholder', text: this.#name(step.name) }
      case 'element':
        return { kind: 'index', digits: indexOf(step.index) }
      case 'wildcard':
        throw refusalAt('Wildcard path component like a[*].b are not supported', step.place)
      case 'unpivot':
        throw refusalAt('Unpivot path component like a.*.b are not supported', step.place)
    }
  }
}

function indexOf(term: TermSyntax): string {
  if (term.kind !== 'number' || !/^-?[0-9]+$/.test(term.text)) throw refusalAt('Unexpected path component', term.place)
  const index = Number(term.text)
  if (index >= 0 && index <= MAX_LIST_INDEX) return String(index)
  throw refusalAt(`List index is not within the allowable range; index: [${term.text}]`, term.place)
}

function meanings<Meaning>(
  substitutions: readonly (readonly [string, Substitution<Meaning>])[],
): Readonly<Record<string, Meaning>> {
  return Object.fromEntries(substitutions.map(([placeholder, { meaning }]) => [placeholder, meaning]))
}

/**
 * The value of MISSING: there is none.
 *
 * @throws ServiceException ValidationException, always
 */
export function refuseMissing(): never {
  throw validationException('MISSING must be compared using IS operator')
}
