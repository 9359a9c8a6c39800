// The name that a Tidetable database has in IndexedDB, apart from the app's own databases and those of other libraries.

/** The IndexedDB name of the database that the app calls `name`. */
export function databaseNameOf(name: string): string {
  return `tidetable/${name}`
}
