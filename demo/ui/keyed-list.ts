// A list whose elements stay as long as what they show does: the focus stays in them, and nothing is drawn twice.

/** Shows these, in this order. */
export type ShowKeyed<T> = (things: readonly T[]) => void

/** What a list is made of. */
export interface KeyedListOptions<T> {
  readonly list: HTMLElement
  readonly keyOf: (thing: T) => number | string
  /** Makes the element of a new one. */
  readonly build: (thing: T) => HTMLElement
  /** Takes the focus when the element that had it goes away. */
  readonly heir: HTMLElement
}

/** Fills `list`. An element is made once for each key. */
export function keyedList<T>({ list, keyOf, build, heir }: KeyedListOptions<T>): ShowKeyed<T> {
  const shown = new Map<number | string, HTMLElement>()
  return (things) => {
    const keys = new Set(things.map(keyOf))
    for (const [key, element] of shown) {
      if (keys.has(key)) continue
      const hadFocus = element.contains(document.activeElement)
      element.remove()
      shown.delete(key)
      if (hadFocus) heir.focus()
    }
    for (const [at, thing] of things.entries()) {
      const key = keyOf(thing)
      const element = shown.get(key) ?? build(thing)
      shown.set(key, element)
      if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null)
    }
  }
}
