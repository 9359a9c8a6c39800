// Copies of native values, for callers who may change what they are given.

import { NumberValue } from '../model/native.ts'

const NUMBER_BYTES = 16
const MEMBER_BYTES = 32

/** A value that shares nothing that could be changed. */
export function copyNative(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof NumberValue) return value
  if (Array.isArray(value)) return value.map(copyNative)
  if (value instanceof Uint8Array) return value.slice()
  if (value instanceof Set) return new Set(Array.from(value, copyNative))
  const copy: Record<string, unknown> = { ...value }
  for (const name in copy) {
    const member = copy[name]
    if (typeof member === 'object' && member !== null) copy[name] = copyNative(member)
  }
  return copy
}

/** About what a value takes in memory. */
export function nativeSizeBytes(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES
  if (value instanceof Uint8Array) return value.length
  const members = value instanceof Set ? [...value] : Object.values(value)
  return members.reduce<number>((total, member) => total + MEMBER_BYTES + nativeSizeBytes(member), 0)
}
