// Applications send the same few texts again and again, with other values. A parsed text is kept and shared, as it holds
// neither names nor values.

import { MAX_CACHED_EXPRESSIONS } from '../model/limits.ts'

/** Keeps the results of the texts used last, up to a bound. */
export class ParseCache<Syntax> {
  readonly #parsed: Map<string, Syntax> = new Map()
  readonly #limit: number

  /** @param limit how many texts are kept */
  constructor(limit: number = MAX_CACHED_EXPRESSIONS) {
    this.#limit = limit
  }

  /** What `parse` made of this text, now or earlier; what it throws is not kept. */
  parsed(text: string, parse: () => Syntax): Syntax {
    const known = this.#parsed.get(text)
    if (known !== undefined) {
      // A Map keeps the order of insertion: inserted anew, a text in use is the last to be dropped.
      this.#parsed.delete(text)
      this.#parsed.set(text, known)
      return known
    }
    const syntax = parse()
    this.#parsed.set(text, syntax)
    if (this.#parsed.size > this.#limit) {
      for (const oldest of this.#parsed.keys()) {
        this.#parsed.delete(oldest)
        break
      }
    }
    return syntax
  }
}
