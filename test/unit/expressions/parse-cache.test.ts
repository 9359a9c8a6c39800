// Parsed texts are shared and bounded.

import { describe, expect, it } from 'vitest'
import { ParseCache } from '../../../src/expressions/parse-cache.ts'

/** A cache that notes what it has to parse. */
function notingCache(limit: number): { readonly parsed: string[]; use(text: string): string } {
  const cache = new ParseCache<string>(limit)
  const parsed: string[] = []
  return {
    parsed,
    use: (text) =>
      cache.parsed(text, () => {
        parsed.push(text)
        return text.toUpperCase()
      }),
  }
}

describe('ParseCache', () => {
  it('parses a text once', () => {
    const cache = notingCache(2)
    expect([cache.use('a'), cache.use('a')]).toEqual(['A', 'A'])
    expect(cache.parsed).toEqual(['a'])
  })

  it('drops the text that was not used for longest', () => {
    const cache = notingCache(2)
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) cache.use(text)
    expect(cache.parsed).toEqual(['a', 'b', 'c', 'b'])
  })

  it('does not keep a refusal', () => {
    const cache = new ParseCache<string>(2)
    const refuse = (): string => {
      throw new RangeError('refused')
    }
    expect(() => cache.parsed('a', refuse)).toThrow('refused')
    expect(cache.parsed('a', () => 'accepted')).toBe('accepted')
  })
})
