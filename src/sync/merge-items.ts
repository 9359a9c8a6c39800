// Three versions of an item, or of a value in it, made one: what the local side changed since the base is done to the
// remote side. Maps are merged member by member, sets element by element, numbers by what was added; where both sides
// changed the same thing into something else, the caller's choice decides.

import { byteKeyFromBytes } from '../base/byte-key.ts'
import { ownAttribute, setAttribute } from '../model/attribute-map.ts'
import type { AttributeMap, AttributeValue, Item } from '../model/attribute-value.ts'
import { valuesEqual } from '../model/compare-values.ts'
import { addNumbers, subtractNumbers } from '../model/number.ts'

/** Whose value is taken where both changed one. */
export type MergePreference = 'local' | 'remote'

/** The sides of a merge; undefined where there is nothing. */
export interface MergeSides<Value> {
  readonly base: Value | undefined
  readonly local: Value | undefined
  readonly remote: Value | undefined
}

/** One item of three. */
export function mergeItems({ base, local, remote }: MergeSides<Item>, prefer: MergePreference): Item | undefined {
  if (local === undefined || remote === undefined) {
    if (base === undefined) return local ?? remote
    return prefer === 'local' ? local : remote
  }
  return mergeMaps({ base, local, remote }, prefer)
}

function mergeMaps(
  { base = {}, local, remote }: { readonly base: AttributeMap | undefined; local: AttributeMap; remote: AttributeMap },
  prefer: MergePreference,
): AttributeMap {
  const merged: Record<string, AttributeValue> = {}
  for (const name of new Set([...Object.keys(remote), ...Object.keys(local)])) {
    const sides = {
      base: ownAttribute(base, name),
      local: ownAttribute(local, name),
      remote: ownAttribute(remote, name),
    }
    const value = mergeValues(sides, prefer)
    if (value !== undefined) setAttribute(merged, name, value)
  }
  return merged
}

function mergeValues(sides: MergeSides<AttributeValue>, prefer: MergePreference): AttributeValue | undefined {
  const { base, local, remote } = sides
  if (same(base, local)) return remote
  if (same(base, remote) || same(local, remote)) return local
  if (local === undefined || remote === undefined) return prefer === 'local' ? local : remote
  if ('M' in local && 'M' in remote) {
    const baseMap = base !== undefined && 'M' in base ? base.M : undefined
    return { M: mergeMaps({ base: baseMap, local: local.M, remote: remote.M }, prefer) }
  }
  const sets = mergeSets(base, local, remote)
  if (sets !== undefined) return sets.value
  return mergeNumbers(sides) ?? (prefer === 'local' ? local : remote)
}

/** A set that has lost its last element is not there any more. */
interface MergedSet {
  readonly value: AttributeValue | undefined
}

function mergeSets(
  base: AttributeValue | undefined,
  local: AttributeValue,
  remote: AttributeValue,
): MergedSet | undefined {
  if ('SS' in local && 'SS' in remote) {
    const members = mergeMembers(base !== undefined && 'SS' in base ? base.SS : [], local.SS, remote.SS)
    return { value: members.length === 0 ? undefined : { SS: members } }
  }
  if ('NS' in local && 'NS' in remote) {
    const members = mergeMembers(base !== undefined && 'NS' in base ? base.NS : [], local.NS, remote.NS)
    return { value: members.length === 0 ? undefined : { NS: members } }
  }
  if ('BS' in local && 'BS' in remote) {
    const all = [...local.BS, ...remote.BS]
    const bytes = new Map(all.map((member) => [byteKeyFromBytes(member), member]))
    const baseKeys = base !== undefined && 'BS' in base ? base.BS.map(byteKeyFromBytes) : []
    const members = mergeMembers(baseKeys, local.BS.map(byteKeyFromBytes), remote.BS.map(byteKeyFromBytes))
    return { value: members.length === 0 ? undefined : { BS: members.flatMap((key) => bytes.get(key) ?? []) } }
  }
  return undefined
}

/** What the local side added is added, what it took away is taken away. */
function mergeMembers(base: readonly string[], local: readonly string[], remote: readonly string[]): string[] {
  const [before, mine] = [new Set(base), new Set(local)]
  const kept = remote.filter((member) => mine.has(member) || !before.has(member))
  const known = new Set(remote)
  return [...kept, ...local.filter((member) => !before.has(member) && !known.has(member))]
}

/** Only what was a number before can have been counted up; sums that no number holds are left to the choice. */
function mergeNumbers({ base, local, remote }: MergeSides<AttributeValue>): AttributeValue | undefined {
  if (base === undefined || local === undefined || remote === undefined) return undefined
  if (!('N' in base) || !('N' in local) || !('N' in remote)) return undefined
  try {
    return { N: addNumbers(remote.N, subtractNumbers(local.N, base.N)) }
  } catch {
    return undefined
  }
}

function same(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return one === other || (one !== undefined && other !== undefined && valuesEqual(one, other))
}
