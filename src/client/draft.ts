// Items that a recipe may change as if they were its own. What it changes is found by comparing the draft with the item as
// it was read; which attributes it looked at is noted on the way: an update made of a draft holds only while they are as
// they were. Loaded with the first recipe, as it brings immer along.

import { current, enableMapSet, Immer, isDraft } from 'immer'
import { DatabaseError } from '../base/database-error.ts'
import { type NativeItem, unpackNativeItem } from '../model/native.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { AttributeName } from './expression.ts'
import { attribute, expr, type TemplateExpression } from './expression.ts'
import { type ItemChanges, itemChanges } from './item-changes.ts'

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
  /** The draft as it is now, as a value of its own. */
  snapshot(): NativeItem
  /** Ends the draft. */
  finish(): FinishedDraft
}

/** What a recipe has done to an item. */
export interface FinishedDraft {
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

enableMapSet()
/** Values that a recipe puts into a draft stay the recipe's: they are not frozen. */
const immer = new Immer({ autoFreeze: false })

/** Opens a draft of an item. */
export function openDraft({ packed, key, keyNames }: Reading): ItemDraft {
  const base = packed === undefined ? { ...key } : unpackNativeItem(packed)
  const inner = immer.createDraft(base) as NativeItem
  const touched = new Set<string>()
  const draft = noteTouched(inner, touched)
  return {
    draft,
    snapshot: () => current(inner),
    finish() {
      const after: NativeItem = immer.finishDraft<NativeItem>(inner)
      // Read anew: bytes changed in place have changed in `base` too.
      const before = packed === undefined ? { ...key } : unpackNativeItem(packed)
      return {
        changes: (isCoarse) => itemChanges(before, after, isCoarse),
        guard: guardOf({ packed, key, keyNames }, before, touched),
      }
    },
  }
}

/** A part of a draft as it is now, as a value of its own; any other value as it is. */
export function snapshotOf(value: unknown): unknown {
  return isDraft(value) ? current(value) : value
}

/** That an item is there, or that there is none. */
export function existenceGuard({ packed, keyNames }: Pick<Reading, 'packed' | 'keyNames'>): TemplateExpression {
  const key = attribute(keyNames[0] as string)
  return packed === undefined ? expr`attribute_not_exists(${key})` : expr`attribute_exists(${key})`
}

function guardOf(reading: Reading, before: NativeItem, touched: ReadonlySet<string>): TemplateExpression {
  if (reading.packed === undefined) return existenceGuard(reading)
  const names = [...touched].filter((name) => !reading.keyNames.includes(name))
  if (names.length > MAX_GUARDED_ATTRIBUTES) {
    const message = `A recipe may look at ${MAX_GUARDED_ATTRIBUTES} attributes of an item at most, not at ${names.length}.`
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
function noteTouched(inner: NativeItem, touched: Set<string>): NativeItem {
  const note = (name: string | symbol): void => {
    if (typeof name === 'string') touched.add(name)
    else noteAll()
  }
  /** Whoever lists the attributes, or lets immer see the whole draft, has seen them all. */
  const noteAll = (): void => {
    for (const name of Object.keys(inner)) touched.add(name)
  }
  return new Proxy(inner, {
    get(target, name) {
      // A promise asks whatever it is given whether it is a promise.
      if (name !== 'then' || Object.hasOwn(target, name)) note(name)
      return Reflect.get(target, name) as unknown
    },
    has(target, name) {
      note(name)
      return Reflect.has(target, name)
    },
    set(target, name, value) {
      note(name)
      return Reflect.set(target, name, value)
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
      noteAll()
      return Reflect.ownKeys(target)
    },
  })
}
