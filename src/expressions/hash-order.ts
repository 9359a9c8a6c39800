// The service keeps some things in Java HashMaps and reports the first that it meets in their order. The order follows
// from the keys alone, so that we can meet things in the same one.

const INITIAL_BUCKETS = 16
const LOAD_FACTOR = 0.75

/** The keys in the order in which a Java HashMap that they were put into walks them. */
export function inHashOrder(keys: readonly string[]): readonly string[] {
  return inBucketOrder(keys, textHash)
}

/** The entries in the order in which a Java HashMap that they were put into one after another walks them. */
export function inBucketOrder<Entry>(entries: readonly Entry[], hashOf: (entry: Entry) => number): readonly Entry[] {
  if (entries.length < 2) return entries
  let bucketCount = INITIAL_BUCKETS
  while (entries.length > bucketCount * LOAD_FACTOR) bucketCount *= 2
  // Counted rather than collected: lists for a hundred thousand buckets take ten times as long.
  const buckets = new Int32Array(entries.length)
  const places = new Int32Array(bucketCount + 1)
  for (let index = 0; index < entries.length; index++) {
    const bucket = bucketOf(hashOf(entries[index] as Entry), bucketCount)
    buckets[index] = bucket
    places[bucket + 1] = (places[bucket + 1] as number) + 1
  }
  for (let at = 1; at < bucketCount; at++) places[at] = (places[at] as number) + (places[at - 1] as number)
  const ordered = entries.slice()
  for (let index = 0; index < entries.length; index++) {
    const bucket = buckets[index] as number
    const place = places[bucket] as number
    ordered[place] = entries[index] as Entry
    places[bucket] = place + 1
  }
  return ordered
}

function bucketOf(hash: number, bucketCount: number): number {
  return (hash ^ (hash >>> 16)) & (bucketCount - 1)
}

/** Java's String.hashCode. */
export function textHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}
