// Names are checked with every request, and most requests name the same few tables: what matched once is remembered.

/** How many texts a pattern remembers. */
const MAX_KNOWN_TEXTS = 256

/** A regular expression for whole texts. */
export interface Pattern {
  /** How the service prints it. */
  readonly source: string
  matches(text: string): boolean
}

/** The pattern of this regular expression, in the syntax that the service and JavaScript share. */
export function createPattern(source: string): Pattern {
  const regex = new RegExp(`^(?:${source})$`)
  const known = new Set<string>()
  return {
    source,
    matches(text) {
      if (known.has(text)) return true
      if (!regex.test(text)) return false
      if (known.size >= MAX_KNOWN_TEXTS) known.clear()
      known.add(text)
      return true
    },
  }
}
