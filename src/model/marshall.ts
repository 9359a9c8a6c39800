// Native JavaScript values as AttributeValues and back: what @aws-sdk/util-dynamodb calls marshall and unmarshall. Both
// go through packed bytes, so that there is one set of rules for what a native value means (see native).

import type { AttributeValue, Item } from './attribute-value.ts'
import { type MarshallOptions, type NativeItem, type NativeValue, packNativeItem, unpackNativeItem } from './native.ts'
import { createDictionary, PackedItem, packItem } from './packed-item.ts'

const VALUE = 'value'

/**
 * An item of native values as canonical AttributeValues.
 *
 * @throws ServiceException ValidationException for a value that the service, or JavaScript, cannot hold exactly
 */
export function marshall(native: Readonly<Record<string, unknown>>, options?: MarshallOptions): Item {
  const dictionary = createDictionary()
  return new PackedItem(packNativeItem(native, dictionary, options), dictionary).toItem()
}

/**
 * A native value as a canonical AttributeValue.
 *
 * @throws ServiceException as marshall
 */
export function marshallValue(value: unknown, options?: MarshallOptions): AttributeValue {
  return marshall({ [VALUE]: value }, options)[VALUE] as AttributeValue
}

/** An item of canonical AttributeValues as native values. */
export function unmarshall(item: Item): NativeItem {
  const dictionary = createDictionary()
  return unpackNativeItem(new PackedItem(packItem(item, dictionary), dictionary))
}

/** A canonical AttributeValue as a native value. */
export function unmarshallValue(value: AttributeValue): NativeValue {
  return unmarshall({ [VALUE]: value })[VALUE] as NativeValue
}
