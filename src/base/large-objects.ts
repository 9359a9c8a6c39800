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
  /** Nobody but who listed them has held the object since. */
  isNew: boolean
}

const kept = new WeakMap<object, Members>()

/**
 * The values of the own members of an object that nobody else holds, such as one that has just been parsed, if they are many:
 * then the list is kept.
 */
export function listNew(object: object): readonly unknown[] | undefined {
  const names = Object.keys(object)
  return names.length < MIN_KEPT_MEMBERS ? undefined : keep(object, names, true)
}

/** The values of an object's own members. Keeps the list if they are many: to be called when an object comes in. */
export function listValues(object: object): readonly unknown[] {
  const members = kept.get(object)
  if (members?.isNew === true) {
    // From here on the object may change before it comes in once more.
    members.isNew = false
    return members.values
  }
  const names = Object.keys(object)
  if (names.length >= MIN_KEPT_MEMBERS) return keep(object, names, false)
  if (members !== undefined) kept.delete(object)
  return Object.values(object)
}

function keep(object: object, names: readonly string[], isNew: boolean): readonly unknown[] {
  const values = names.map((name) => (object as Readonly<Record<string, unknown>>)[name])
  kept.set(object, { names, values, isNew })
  return values
}

/** The values of the own members of an object, if they are many and it has been listed: as they were then. */
export function listedValues(object: object): readonly unknown[] | undefined {
  return kept.get(object)?.values
}

/** The values of an object's own members; of many, as they were when the object came in. */
export function valuesOf(object: object): readonly unknown[] {
  return listedValues(object) ?? Object.values(object)
}

/** An object's own names; many, as they were when the object came in. */
export function namesOf(object: object): readonly string[] {
  return kept.get(object)?.names ?? Object.keys(object)
}

/** Calls `visit` with each of an object's own members; with many, as they were when the object came in. */
export function eachMember<Value>(
  object: Readonly<Record<string, Value>>,
  visit: (name: string, value: Value) => void,
): void {
  const members = kept.get(object)
  if (members === undefined) {
    for (const name of Object.keys(object)) visit(name, object[name] as Value)
    return
  }
  const { names, values } = members
  for (let at = 0; at < names.length; at++) visit(names[at] as string, values[at] as Value)
}
