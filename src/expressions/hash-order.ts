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
  const buckets: Entry[][] = []
  for (const entry of entries) {
    const hash = hashOf(entry)
    const at = (hash ^ (hash >>> 16)) & (bucketCount - 1)
    const bucket = buckets[at]
    if (bucket === undefined) buckets[at] = [entry]
    else bucket.push(entry)
  }
  const ordered: Entry[] = []
  // Buckets without entries are holes of the list.
  for (let at = 0; at < buckets.length; at++) for (const entry of buckets[at] ?? []) ordered.push(entry)
  return ordered
}

/** Java's String.hashCode. */
export function textHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}
