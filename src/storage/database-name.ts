// The names that a Tidetable database has in IndexedDB, apart from the app's own databases and those of other libraries.

/**
 * The IndexedDB database of the log of the database that the app calls `name`. Locks and channels of the database are
 * called after it.
 */
export function databaseNameOf(name: string): string {
  return `tidetable/${name}`
}

/** The IndexedDB database of its pages. */
export function pagesDatabaseNameOf(name: string): string {
  return `tidetable-pages/${name}`
}
