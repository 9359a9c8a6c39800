// Literals of a statement as attribute values.

import { setAttribute } from '../../model/attribute-map.ts'
import { checkAttributeName, checkDepth, checkDistinct } from '../../model/attribute-rules.ts'
import type { AttributeValue } from '../../model/attribute-value.ts'
import { MAX_NUMBER_DIGITS } from '../../model/limits.ts'
import { canonicalNumber } from '../../model/number.ts'
import { wellFormed } from '../../base/utf8.ts'
import { validationException } from '../../model/service-exception.ts'
import { refusalAt } from './statement-exception.ts'
import type { Place, TermSyntax } from './statement-syntax.ts'

const UNSUPPORTED_MEMBER = 'Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags'
const ROOT = 'root'

/**
 * The value that a literal stands for: text, number, boolean, null, list, map or set. Parameters and attributes may not
 * stand inside.
 *
 * @throws ServiceException ValidationException when it is no literal, or one that no attribute can hold
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.data-types.html
 */
export function literalValue(term: TermSyntax): AttributeValue {
  return valueAt(term, { key: ROOT, depth: 1 })
}

/**
 * The attributes that a `{…}` lists.
 *
 * @param key where it stands, as the service shows it
 * @param valueOf the value of an attribute
 * @throws ServiceException ValidationException when a name is no text or comes twice
 */
export function structMembers(
  { members }: TermSyntax & { readonly kind: 'struct' },
  key: string,
  valueOf: (value: TermSyntax, name: string) => AttributeValue,
): Readonly<Record<string, AttributeValue>> {
  const map: Record<string, AttributeValue> = {}
  for (const { name, value } of members) {
    if (name.kind !== 'string') {
      throw refusalAt(`Tuple keys must be of type String. Actual type: ${describe(name, 0)} under ${key}`, name.place)
    }
    if (Object.hasOwn(map, name.text)) {
      throw refusalAt(`Duplicate keys in tuple. Key: ${name.text} under ${key}`, name.place)
    }
    checkAttributeName(name.text)
    setAttribute(map, wellFormed(name.text), valueOf(value, name.text))
  }
  return map
}

/** Where a value stands inside of a literal. */
interface Position {
  /** As the service shows it: `root.a.0`. */
  readonly key: string
  /** The value of a top-level attribute is at depth 1. */
  readonly depth: number
}

function valueAt(term: TermSyntax, position: Position): AttributeValue {
  checkDepth(position.depth)
  switch (term.kind) {
    case 'string':
      return { S: wellFormed(term.text) }
    case 'number':
      return { N: numberOf(term.text) }
    case 'boolean':
      return { BOOL: term.value }
    case 'null':
      return { NULL: true }
    case 'list':
      return { L: term.elements.map((element, index) => valueAt(element, below(position, index))) }
    case 'struct':
      return { M: structMembers(term, position.key, (value, name) => valueAt(value, below(position, name))) }
    case 'bag':
      return bagValue(term.elements, term.place)
    default:
      throw refusalAt(`Unsupported data type: ${describe(term, position.depth)} under key ${position.key}`, term.place)
  }
}

function below({ key, depth }: Position, step: string | number): Position {
  return { key: `${key}.${step}`, depth: depth + 1 }
}

/** The service words its refusal of too many digits differently in statements. */
function numberOf(text: string): string {
  const [digits = ''] = text.split(/e/i)
  const significant = digits.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
  if (significant.length > MAX_NUMBER_DIGITS) {
    throw validationException(`DynamoDB only supports precision up to ${MAX_NUMBER_DIGITS} digits`)
  }
  return canonicalNumber(text)
}

function bagValue(elements: readonly TermSyntax[], place: Place): AttributeValue {
  const [first] = elements
  if (first === undefined) throw refusalAt('Empty bags are not supported', place)
  const members = elements.map((element) => {
    if (element.kind !== 'string' && element.kind !== 'number') throw refusalAt(UNSUPPORTED_MEMBER, element.place)
    if (element.kind !== first.kind) throw validationException(UNSUPPORTED_MEMBER)
    return element.kind === 'string' ? wellFormed(element.text) : numberOf(element.text)
  })
  checkDistinct(first.kind === 'string' ? 'SS' : 'NS', members)
  return first.kind === 'string' ? { SS: members } : { NS: members }
}

/** The service's word for what is no literal. */
function describe(term: TermSyntax, depth: number): string {
  switch (term.kind) {
    case 'name':
      return depth === 1 ? term.text : 'VariableReference'
    case 'path':
      return 'Path'
    case 'parameter':
      return 'Parameter'
    case 'missing':
      return 'MISSING'
    case 'operation':
      return depth === 1 ? term.operator : 'NAry'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return 'Literal'
    case 'list':
    case 'bag':
      return 'Seq'
    case 'struct':
      return 'Struct'
    default:
      return 'NAry'
  }
}
