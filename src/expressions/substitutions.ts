// ExpressionAttributeNames and ExpressionAttributeValues: read from the request, looked up by the expressions, and
// refused at the end when none of them used them.

import { eachMember, namesOf } from '../base/large-objects.ts'
import { textSizeBytes } from '../base/utf8.ts'
import { checkAttributeName } from '../model/attribute-rules.ts'
import type { AttributeValue } from '../model/attribute-value.ts'
import { valueSizeBytes } from '../model/item-size.ts'
import { MAX_PLACEHOLDER_SIZE_BYTES, MAX_SUBSTITUTION_SIZE_BYTES } from '../model/limits.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { canonicalValue } from '../model/validate-item.ts'
import { inHashOrder } from './hash-order.ts'

/** The two parameters that hold substitutions. */
type SubstitutionParameter = 'ExpressionAttributeNames' | 'ExpressionAttributeValues'

/** Of more, an expression uses a small part only: what that stands for is read again rather than all of it kept. */
const MAX_KEPT_SUBSTITUTIONS = 1000

const KEY_PATTERNS: Readonly<Record<SubstitutionParameter, RegExp>> = {
  ExpressionAttributeNames: /^#[A-Za-z0-9_]+$/,
  ExpressionAttributeValues: /^:[A-Za-z0-9_]+$/,
}

/** What a placeholder stands for, and its size. */
export interface Substitution<Meaning> {
  readonly meaning: Meaning
  /** UTF-8 bytes of a name, or the size of a value as an item counts it. */
  readonly sizeBytes: number
}

/** The placeholders of one parameter, as a map has them. */
export interface GivenSubstitutions<Meaning> {
  keys(): Iterable<string>
  get(placeholder: string): Substitution<Meaning> | undefined
}

/** The placeholders of one parameter with what they stand for, and which of them have been used. */
export class Substitutions<Meaning> {
  readonly #parameter: SubstitutionParameter
  readonly #given: GivenSubstitutions<Meaning>
  readonly #used: Set<string> = new Set()
  readonly sizeBytes: number

  /** @param sizeBytes of all placeholders and what they stand for */
  constructor(parameter: SubstitutionParameter, given: GivenSubstitutions<Meaning>, sizeBytes = 0) {
    this.#parameter = parameter
    this.#given = given
    this.sizeBytes = sizeBytes
  }

  /** What a placeholder stands for; undefined when the request does not say. The placeholder counts as used. */
  use(placeholder: string): Substitution<Meaning> | undefined {
    this.#used.add(placeholder)
    return this.#given.get(placeholder)
  }

  /**
   * Refuses placeholders that were not used.
   *
   * @throws ServiceException ValidationException
   */
  refuseUnused(): void {
    const unused = [...this.#given.keys()].filter((placeholder) => !this.#used.has(placeholder))
    if (unused.length === 0) return
    const keys = inHashOrder(unused).join(', ')
    throw validationException(`Value provided in ${this.#parameter} unused in expressions: keys: {${keys}}`)
  }
}

/**
 * Reads ExpressionAttributeNames.
 *
 * @param input untrusted; null and undefined count as not given
 * @throws ServiceException ValidationException when a placeholder or a name is not well formed, SerializationException
 *   when the parameter does not have the API's shape
 */
export function readNames(input: unknown): Substitutions<string> {
  return readSubstitutions('ExpressionAttributeNames', input, (value) => {
    const meaning = attributeName(value)
    return { meaning, sizeBytes: textSizeBytes(meaning) }
  })
}

/**
 * Reads ExpressionAttributeValues.
 *
 * @param input untrusted; null and undefined count as not given
 * @throws ServiceException ValidationException when a placeholder or a value is not well formed, SerializationException
 *   when the parameter does not have the API's shape
 */
export function readValues(input: unknown): Substitutions<AttributeValue> {
  return readSubstitutions('ExpressionAttributeValues', input, (value) => {
    const meaning = attributeValue(value)
    return { meaning, sizeBytes: valueSizeBytes(meaning) }
  })
}

function readSubstitutions<Meaning>(
  parameter: SubstitutionParameter,
  input: unknown,
  read: (value: unknown) => Substitution<Meaning>,
): Substitutions<Meaning> {
  if (input === undefined || input === null) return new Substitutions(parameter, new Map())
  const map = mapOf(input)
  const placeholders = namesOf(map)
  checkPlaceholders(parameter, placeholders)
  const kept = placeholders.length > MAX_KEPT_SUBSTITUTIONS ? undefined : new Map<string, Substitution<Meaning>>()
  let sizeBytes = 0
  eachMember(map, (placeholder, value) => {
    try {
      const substitution = read(value)
      kept?.set(placeholder, substitution)
      sizeBytes += textSizeBytes(placeholder) + substitution.sizeBytes
    } catch (error) {
      throw refusalFor(placeholder, error, parameter)
    }
  })
  if (sizeBytes > MAX_SUBSTITUTION_SIZE_BYTES) throw validationException(`${parameter} exceeds max size`)
  const given = kept ?? {
    keys: () => placeholders,
    get: (placeholder) => (Object.hasOwn(map, placeholder) ? read(map[placeholder]) : undefined),
  }
  return new Substitutions(parameter, given, sizeBytes)
}

function mapOf(input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input !== 'object') throw serialization('Unexpected token received from parser')
  if (Array.isArray(input)) throw serialization('Start of list found where not expected')
  return input as Readonly<Record<string, unknown>>
}

/** The service looks at all placeholders before it looks at what they stand for. */
function checkPlaceholders(parameter: SubstitutionParameter, placeholders: readonly string[]): void {
  if (placeholders.length === 0) throw validationException(`${parameter} must not be empty`)
  placeholders.forEach((placeholder) => {
    const problem = placeholderProblem(parameter, placeholder)
    if (problem !== undefined) throw validationException(`${parameter} contains invalid key: ${problem}`)
  })
}

function placeholderProblem(parameter: SubstitutionParameter, placeholder: string): string | undefined {
  if (placeholder === '') return 'The expression attribute map contains an empty key;'
  const sizeBytes = textSizeBytes(placeholder)
  if (sizeBytes > MAX_PLACEHOLDER_SIZE_BYTES) {
    // The service says the size for names only.
    const size = parameter === 'ExpressionAttributeNames' ? ` size of key: ${sizeBytes}` : ''
    return `The expression attribute map contains a key that is too long;${size}`
  }
  return KEY_PATTERNS[parameter].test(placeholder) ? undefined : `Syntax error; key: "${placeholder}"`
}

/** The refusal of a name or value, with the placeholder that it is about in its message. */
function refusalFor(placeholder: string, error: unknown, parameter: SubstitutionParameter): unknown {
  if (!(error instanceof ServiceException) || error.name !== 'ValidationException') return error
  return validationException(`${parameter} contains invalid value: ${error.message} for key ${placeholder}`)
}

function attributeName(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    throw serialization('Start of structure or map found where not expected')
  }
  if (typeof value === 'number') throw serialization('NUMBER_VALUE cannot be converted to String')
  if (typeof value === 'boolean') {
    throw serialization(`${value ? 'TRUE' : 'FALSE'}_VALUE cannot be converted to String`)
  }
  const name = typeof value === 'string' ? value : ''
  checkAttributeName(name)
  return name
}

function attributeValue(value: unknown): AttributeValue {
  if (value === null || value === undefined) {
    throw validationException('The supplied Item contains a null AttributeValue')
  }
  return canonicalValue(value)
}

function serialization(message: string): ServiceException {
  return new ServiceException('SerializationException', message)
}
