// What is in large objects. A JavaScript engine keeps an object of more than some thousand members as a hash table, sorts the
// table whenever somebody asks for the names, and misses the processor's caches with most look-ups: of a hundred thousand
// members, each walk takes half as long as parsing their JSON. So that a request is walked once, its large objects are
// listed when they come in, and the lists kept for as long as the objects are.

/** Smaller objects are listed faster than looked up. */
const MIN_KEPT_MEMBERS = 1000

/** An object's own names, and what stands under each. */
interface Members {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

const kept = new WeakMap<object, Members>()

/** The values of an object's own members. Keeps the list if they are many: to be called when an object comes in. */
export function listValues(object: object): readonly unknown[] {
  const names = Object.keys(object)
  const values = names.map((name) => (object as Readonly<Record<string, unknown>>)[name])
  if (names.length >= MIN_KEPT_MEMBERS) kept.set(object, { names, values })
  return values
}

/** The values of an object's own members; of many, as they were when the object came in. */
export function valuesOf(object: object): readonly unknown[] {
  return kept.get(object)?.values ?? Object.values(object)
}

/** An object's own names; many, as they were when the object came in. */
export function namesOf(object: object): readonly string[] {
  return kept.get(object)?.names ?? Object.keys(object)
}
