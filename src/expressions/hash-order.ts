// The service keeps the names and values of a request in a Java HashMap and lists them in its order. The order follows
// from the keys alone, so that our messages can list them alike.

const INITIAL_BUCKETS = 16
const LOAD_FACTOR = 0.75

/** The keys in the order in which a Java HashMap that they were put into walks them. */
export function inHashOrder(keys: readonly string[]): readonly string[] {
  let bucketCount = INITIAL_BUCKETS
  while (keys.length > bucketCount * LOAD_FACTOR) bucketCount *= 2
  const bucketOf = (key: string): number => spreadHash(key) & (bucketCount - 1)
  return [...keys].sort((one, other) => bucketOf(one) - bucketOf(other))
}

/** String.hashCode with the upper half mixed into the lower, as HashMap does. */
function spreadHash(key: string): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0
  return hash ^ (hash >>> 16)
}
