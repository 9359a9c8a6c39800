// The demo's colours: every text can be read on every ground it stands on, by day and by night (WCAG 2.2, 1.4.3 and 1.4.11).

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const TOKENS = readFileSync(new URL('../../../demo/styles/tokens.css', import.meta.url), 'utf8')
const [DAY = '', NIGHT = ''] = TOKENS.split('@media (prefers-color-scheme: dark)')

const TEXT_CONTRAST = 4.5
const BORDER_CONTRAST = 3

const TEXTS = [
  ['ink', ['paper', 'paper-raised', 'water']],
  ['ink-soft', ['paper', 'paper-raised', 'water']],
  ['overprint', ['paper', 'paper-raised']],
  ['on-overprint', ['overprint-ground']],
  ['paper', ['ink']],
  ['error-ink', ['paper', 'paper-raised', 'error-ground']],
] as const

const MARKS = [
  ['rule', ['paper', 'paper-raised']],
  ['ink', ['paper']],
  ['overprint', ['water', 'paper-raised']],
  ['on-overprint', ['overprint-ground']],
  ['land', ['water']],
] as const

describe.each([
  ['by day', DAY],
  ['by night', NIGHT],
])('%s', (_name, css) => {
  it.each(TEXTS)(`%s can be read on %j`, (text, grounds) => {
    for (const ground of grounds) expect(contrast(css, text, ground)).toBeGreaterThanOrEqual(TEXT_CONTRAST)
  })

  it.each(MARKS)(`%s stands out from %j`, (mark, grounds) => {
    for (const ground of grounds) expect(contrast(css, mark, ground)).toBeGreaterThanOrEqual(BORDER_CONTRAST)
  })
})

function contrast(css: string, one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(css, one), luminance(css, other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Relative luminance as WCAG defines it. */
function luminance(css: string, token: string): number {
  const hex = new RegExp(`--${token}: #([0-9a-f]{6});`).exec(css)?.[1]
  if (hex === undefined) throw new Error(`tokens.css has no colour --${token}`)
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((start) => {
    const part = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
