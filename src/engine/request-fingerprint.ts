// Tells two requests apart: a hash of everything that they ask for, whatever the order of their members. It guards an app
// against its own mistakes, not against forgery.

import { PackedItem } from '../model/packed-item.ts'

const FIRST_SEED = 0x811c9dc5
const SECOND_SEED = 0x9e3779b9
const FIRST_PRIME = 0x01000193
const SECOND_PRIME = 0x85ebca6b

/** Two lanes of 32 bits. */
class Lanes {
  #first = FIRST_SEED
  #second = SECOND_SEED

  add(code: number): void {
    this.#first = Math.imul(this.#first ^ code, FIRST_PRIME)
    this.#second = Math.imul(this.#second ^ code, SECOND_PRIME)
    this.#second ^= this.#second >>> 15
  }

  addText(text: string): void {
    this.add(text.length)
    for (let at = 0; at < text.length; at++) this.add(text.charCodeAt(at))
  }

  finish(): string {
    return hex(mixed(this.#first)) + hex(mixed(this.#second))
  }
}

/** What stands before each value: a text is not the same as the bytes or the list of it. */
const TAG = { none: 0, text: 1, scalar: 2, bytes: 3, list: 4, map: 5 } as const

/**
 * 64 bits of hash over a request, or a part of it, as hexadecimal text.
 *
 * @param value in the API's shape: scalars, bytes, lists, maps, packed items
 */
export function requestFingerprint(value: unknown): string {
  const lanes = new Lanes()
  addValue(lanes, value)
  return lanes.finish()
}

function addValue(lanes: Lanes, value: unknown): void {
  if (value === undefined || value === null) lanes.add(TAG.none)
  else if (typeof value === 'string') addTagged(lanes, TAG.text, value)
  else if (typeof value !== 'object') addTagged(lanes, TAG.scalar, JSON.stringify(value))
  else if (value instanceof PackedItem) addMap(lanes, value.toItem())
  else if (value instanceof Uint8Array) addBytes(lanes, value)
  else if (Array.isArray(value)) addList(lanes, value)
  else addMap(lanes, value as Readonly<Record<string, unknown>>)
}

function addTagged(lanes: Lanes, tag: number, text: string): void {
  lanes.add(tag)
  lanes.addText(text)
}

function addBytes(lanes: Lanes, bytes: Uint8Array): void {
  lanes.add(TAG.bytes)
  lanes.add(bytes.length)
  for (const byte of bytes) lanes.add(byte)
}

function addList(lanes: Lanes, values: readonly unknown[]): void {
  lanes.add(TAG.list)
  lanes.add(values.length)
  for (const value of values) addValue(lanes, value)
}

/** A member that is undefined is one that is not there. */
function addMap(lanes: Lanes, map: Readonly<Record<string, unknown>>): void {
  lanes.add(TAG.map)
  const names = Object.keys(map).filter((name) => map[name] !== undefined)
  lanes.add(names.length)
  for (const name of names.toSorted()) {
    lanes.addText(name)
    addValue(lanes, map[name])
  }
}

function mixed(lane: number): number {
  let hash = lane
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return hash ^ (hash >>> 16)
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0')
}
