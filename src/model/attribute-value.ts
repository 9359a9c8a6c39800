// DynamoDB's data model as the API spells it.

/** A number as the API carries it: decimal text, up to 38 significant digits. */
export type NumberText = string

/**
 * One value of an item: exactly one member is set.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: NumberText }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly NumberText[] }
  | { readonly BS: readonly Uint8Array[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: AttributeMap }

/** Attributes by name. */
export interface AttributeMap {
  readonly [attributeName: string]: AttributeValue
}

/** A whole item. */
export type Item = AttributeMap

/** The key attributes of an item. */
export type Key = AttributeMap

/** The ten type names. */
export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M'

/** The types a key attribute may have. */
export type KeyAttributeType = 'S' | 'N' | 'B'

/**
 * Something whose attributes can be read one by one: an Item, or packed bytes read in place. Expressions are evaluated
 * on it, so that a filter decodes only what it names.
 */
export interface AttributeSource {
  /** The top-level attribute of this name, canonical (see model/validate-item); undefined when there is none. */
  attribute(name: string): AttributeValue | undefined
}
