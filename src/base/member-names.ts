// Names of large objects. An engine keeps an object of more than some thousand members as a hash table, and sorts the
// table whenever somebody asks for the names: of a hundred thousand, that takes half as long as parsing their JSON.

/** Names of smaller objects are listed faster than looked up. */
const MIN_REMEMBERED_NAMES = 1000

const remembered = new WeakMap<object, readonly string[]>()

/** Lists an object's own names, and remembers them if they are many: to be called when an object comes in. */
export function listNames(object: object): readonly string[] {
  const names = Object.keys(object)
  if (names.length >= MIN_REMEMBERED_NAMES) remembered.set(object, names)
  return names
}

/** An object's own names, as they were when they were last listed if they are many. */
export function namesOf(object: object): readonly string[] {
  return remembered.get(object) ?? Object.keys(object)
}
