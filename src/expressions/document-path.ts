// A document path names a place inside an item: a top-level attribute, then map members and list elements below it.

/** A map member's name, or a list element's index (0-based). */
export type PathElement = string | number

/** A place inside an item. The first element is always a top-level attribute's name. */
export type DocumentPath = readonly [string, ...PathElement[]]
