// Items that a recipe may change as if they were its own, which they are: each reading unpacks the item anew. What a recipe
// has changed is found by comparing its item with what was read; which attributes it looked at is noted on the way: an
// update made of a draft holds only while they are as they were.

import { DatabaseError } from '../base/database-error.ts'
import { setAttribute } from '../model/attribute-map.ts'
import { checkDepth } from '../model/attribute-rules.ts'
import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { attribute, type AttributeName, expr, type TemplateExpression } from './expression.ts'
import { isPlainMap, type ItemChanges, itemChanges } from './item-changes.ts'
import { copyNative } from './native-copy.ts'

/** An item as a recipe has read it. */
export interface Reading {
  /** Undefined when there is none. */
  readonly packed: PackedItem | undefined
  readonly key: NativeItem
  readonly keyNames: readonly string[]
}

/** An item under a recipe's hands. */
export interface ItemDraft {
  /** What the recipe is given: the item, or its key when there is none. */
  readonly draft: NativeItem
  /** The draft as it would be stored now. A draft that is part of it counts as looked at. */
  snapshot(): NativeItem
  /**
   * Ends the draft, which throws a TypeError from now on.
   *
   * @param after its last snapshot
   */
  finish(after: NativeItem): FinishedDraft
}

/** What a recipe has done to an item. */
export interface FinishedDraft {
  /** The item as the recipe has left it. */
  readonly after: NativeItem
  /** What makes the draft of the item that was read, or of its key. */
  changes(isCoarse?: boolean): ItemChanges
  /** That the item is as the recipe has read it, so far as it has. */
  readonly guard: TemplateExpression
}

/**
 * Attributes that a recipe may look at or change in one item: each takes two operators of a condition, which may have
 * 300 and 4 KB of text.
 */
export const MAX_GUARDED_ATTRIBUTES = 100

/** Opens a draft of an item. */
export function openDraft({ packed, key, keyNames }: Reading): ItemDraft {
  const item = packed === undefined ? (copyNative(key) as NativeItem) : unpackNativeItem(packed)
  const touched = new Set<string>()
  const { proxy, revoke } = noteTouched(item, touched)
  return {
    draft: proxy,
    snapshot() {
      const attributes = Object.entries(item).filter(([, value]) => !isAbsent(value))
      return Object.fromEntries(
        attributes.map(([name, value]) => [name, touched.has(name) ? storedForm(value, 1) : value]),
      ) as NativeItem
    },
    finish(after) {
      revoke()
      // Read anew: what was changed in place has changed in `item` too.
      const before = packed === undefined ? key : unpackNativeItem(packed)
      return {
        after,
        changes: (isCoarse) => itemChanges(before, after, isCoarse),
        guard: guardOf({ packed, key, keyNames }, before, touched),
      }
    },
  }
}

/** That an item is there, or that there is none. */
function existenceGuard({ packed, keyNames }: Pick<Reading, 'packed' | 'keyNames'>): TemplateExpression {
  const key = attribute(keyNames[0] as string)
  return packed === undefined ? expr`attribute_not_exists(${key})` : expr`attribute_exists(${key})`
}

/**
 * A value as it is stored: an attribute that is undefined is one that is not there, and so is a set without members, as
 * DynamoDB has none. Maps and lists are copies, so that they hold no drafts.
 */
function storedForm(value: unknown, depth: number): unknown {
  checkDepth(depth)
  if (Array.isArray(value)) return Array.from(value, (element) => storedForm(element, depth + 1))
  if (value instanceof Map) return storedForm(Object.fromEntries(value), depth)
  if (!isPlainMap(value)) return value
  const attributes = Object.entries(value).filter(([, inner]) => !isAbsent(inner))
  return Object.fromEntries(attributes.map(([name, inner]) => [name, storedForm(inner, depth + 1)]))
}

function isAbsent(value: unknown): boolean {
  return value === undefined || (value instanceof Set && value.size === 0)
}

function guardOf(reading: Reading, before: NativeItem, touched: ReadonlySet<string>): TemplateExpression {
  if (reading.packed === undefined) return existenceGuard(reading)
  const names = [...touched].filter((name) => !reading.keyNames.includes(name))
  if (names.length > MAX_GUARDED_ATTRIBUTES) {
    const limit = `${MAX_GUARDED_ATTRIBUTES} attributes of an item that is there`
    const message = `A recipe may look at or change ${limit}, not ${names.length}: put the item, or update it without a recipe.`
    throw new DatabaseError('InvalidOption', message, { data: { attributes: names.length } })
  }
  let guard: TemplateExpression | undefined
  let isThere = false
  for (const name of names) {
    isThere ||= Object.hasOwn(before, name)
    const holds = attributeGuard(attribute(name), before, name)
    guard = guard === undefined ? holds : expr`${guard} AND ${holds}`
  }
  if (guard === undefined) return existenceGuard(reading)
  return isThere ? guard : expr`${existenceGuard(reading)} AND ${guard}`
}

function attributeGuard(path: AttributeName, before: NativeItem, name: string): TemplateExpression {
  return Object.hasOwn(before, name) ? expr`${path} = ${before[name]}` : expr`attribute_not_exists(${path})`
}

/** Notes the attributes of an item that are looked at or changed: inside an attribute everything counts as all of it. */
function noteTouched(
  item: NativeItem,
  touched: Set<string>,
): { readonly proxy: NativeItem; readonly revoke: () => void } {
  // Attributes have names; a symbol is what JavaScript itself asks for.
  const note = (name: string | symbol): void => void (typeof name === 'string' && touched.add(name))
  return Proxy.revocable(item, {
    get(target, name) {
      // A promise asks whatever it is given whether it is a promise.
      if (name !== 'then' || Object.hasOwn(target, name)) note(name)
      return Reflect.get(target, name) as unknown
    },
    has(target, name) {
      note(name)
      return Reflect.has(target, name)
    },
    set(target, name, value: NativeItem[string]) {
      note(name)
      if (typeof name === 'symbol') return Reflect.set(target, name, value)
      setAttribute(target, name, value)
      return true
    },
    defineProperty(target, name, descriptor) {
      note(name)
      return Reflect.defineProperty(target, name, descriptor)
    },
    deleteProperty(target, name) {
      note(name)
      return Reflect.deleteProperty(target, name)
    },
    getOwnPropertyDescriptor(target, name) {
      note(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
    ownKeys(target) {
      // Whoever lists the attributes has seen them all.
      for (const name of Object.keys(target)) touched.add(name)
      return Reflect.ownKeys(target)
    },
  })
}
