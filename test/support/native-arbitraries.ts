// Native values as recipes and live results meet them, for property tests.

import fc from 'fast-check'
import { type NativeValue, NumberValue } from '../../src/model/native.ts'

/** Few, so that two items have some in common; some need placeholders. */
export const ATTRIBUTE_NAMES = ['a', 'b.c', '#d', 'size', 'ü', 'list'] as const

const numbers: fc.Arbitrary<NativeValue> = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom<NativeValue>(
    0.1,
    -1.5,
    12345678901234567890n,
    new NumberValue('0.12345678901234567890123456789'),
    new NumberValue('-0.12345678901234567890123456789'),
  ),
)
const binaries = fc.uint8Array({ maxLength: 3 }).map((bytes) => Uint8Array.from(bytes))
const texts = fc.constantFrom('', 'x', 'y', 'ä', '🌊', 'a longer text')
const scalars: fc.Arbitrary<NativeValue> = fc.oneof(texts, numbers, binaries, fc.boolean(), fc.constant(null))
const sets: fc.Arbitrary<NativeValue> = fc.oneof(
  fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's'), { minLength: 1 }).map((members) => new Set(members)),
  fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1 }).map((members) => new Set(members)),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 })
    .map((members) => new Set(members.map((member) => new Uint8Array([member])))),
)
/** Values of every type, three levels deep. */
export const nativeValues: fc.Arbitrary<NativeValue> = fc.letrec<{
  value: NativeValue
  list: NativeValue
  map: NativeValue
}>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalars, sets, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  map: fc.dictionary(fc.constantFrom(...ATTRIBUTE_NAMES), tie('value'), { maxKeys: 4 }),
})).value
export const nativeItems: fc.Arbitrary<Record<string, NativeValue>> = fc.dictionary(
  fc.constantFrom(...ATTRIBUTE_NAMES),
  nativeValues,
  { maxKeys: 6 },
)
