// Finding the elements of index.html. One that is missing is a mistake in the page and fails at once.

/**
 * The element with this id, of this class.
 * @throws Error if the page has no such element.
 */
export function pageElement<T extends Element>(id: string, type: abstract new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with the id "${id}".`)
  return element
}

/**
 * The first element within `parent` that matches, of this class.
 * @throws Error if there is none.
 */
export function childElement<T extends Element>(parent: ParentNode, selector: string, type: abstract new () => T): T {
  const element = parent.querySelector(selector)
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} at "${selector}".`)
  return element
}

/** A new element with a class and children. Text is inserted as text, never as markup. */
export function newElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}
