// The order in which a Java HashMap walks its keys.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inBucketOrder, inHashOrder } from '../../../src/expressions/hash-order.ts'

/** A HashMap's walk, as its documentation tells it: bucket by bucket, in each in the order of insertion. */
function walked(hashes: readonly number[]): readonly number[] {
  let bucketCount = 16
  while (hashes.length > bucketCount * 0.75) bucketCount *= 2
  const buckets = Array.from({ length: bucketCount }, (): number[] => [])
  for (const hash of hashes) buckets[(hash ^ (hash >>> 16)) & (bucketCount - 1)]?.push(hash)
  return buckets.flat()
}

describe('inBucketOrder', () => {
  it('walks the buckets that hashes fall into', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 100 }), (hashes) => {
        expect(inBucketOrder(hashes, (hash) => hash)).toEqual(walked(hashes))
      }),
    )
  })
})

describe('inHashOrder', () => {
  it('walks texts by the hashes that Java gives them', () => {
    expect(inHashOrder(['#b', '#z'])).toEqual(['#z', '#b'])
  })

  it('leaves texts of one hash in the order in which they came', () => {
    expect(inHashOrder(['BB', 'Aa'])).toEqual(['BB', 'Aa'])
    expect(inHashOrder(['Aa', 'BB'])).toEqual(['Aa', 'BB'])
  })
})
