// What an app declares of its replicated tables.

import type { Item } from '../model/attribute-value.ts'
import type { ScopeRule } from '../engine/table-record.ts'

/** Both sides of a conflict, and what they come from; undefined stands for an item that is not there. */
export interface ConflictSides {
  readonly table: string
  /** The item that the local write was made on. */
  readonly base: Item | undefined
  /** What the local write made of it. */
  readonly local: Item | undefined
  /** What others have made of it. */
  readonly remote: Item | undefined
}

/** What an app's resolver decides: the item as it shall be, that it shall be gone, or that the write is put aside. */
export type Resolution = { readonly item: Item } | { readonly deleted: true } | { readonly park: true }

/** Decides a conflict. May take its time, and is asked again if the database changed meanwhile. */
export type ConflictResolver = (sides: ConflictSides) => Resolution | Promise<Resolution>

/**
 * What happens when a local write meets a remote one to the same attributes:
 * - `last-writer-wins`: the later one, by the hybrid logical clock.
 * - `merge`: attribute by attribute; sets by element, numbers by what was added, else the later writer.
 * - `remote-wins`, `local-wins`.
 * - a function: it decides.
 */
export type ConflictStrategy = 'last-writer-wins' | 'merge' | 'remote-wins' | 'local-wins' | ConflictResolver

/** How a table is replicated. */
export interface ReplicatedTable {
  /** Which scope an item belongs to. */
  readonly scope: ScopeRule
  /** Default `last-writer-wins`. */
  readonly conflicts?: ConflictStrategy
  /** Default `_version`. */
  readonly versionAttribute?: string
}

/** The name of the version attribute, unless declared otherwise. */
export const DEFAULT_VERSION_ATTRIBUTE = '_version'
/** What decides conflicts, unless declared otherwise. */
export const DEFAULT_STRATEGY: ConflictStrategy = 'last-writer-wins'
