// Damages texts and bytes, a little or a lot.

import type { Draw } from '../differential/draw.ts'

const PIECES = [
  ...'()[]{}.,:#=<>+-*/"\'\\ \t\n\0'.split(''),
  ' AND ',
  ' OR ',
  'NOT ',
  ' BETWEEN ',
  ' IN ',
  'SET ',
  'REMOVE ',
  'size(',
  'contains(',
  'list_append(',
  'if_not_exists(',
  ':v0',
  '#n0',
  '__proto__',
  'constructor',
  'null',
  '[0]',
  '[99999999999]',
  '1e999',
  '-0',
  '\uD800',
  '\uDFFF',
  '\u{1F600}',
  'é',
  '\uFEFF',
]
const MAX_CHANGES = 4
const MAX_REPEATS = 400

/** The text with some changes. */
export function mutateText(draw: Draw, text: string): string {
  let changed = text
  const changes = draw.between(1, MAX_CHANGES)
  for (let change = 0; change < changes; change++) {
    const [start, end] = [draw.below(changed.length + 1), draw.below(changed.length + 1)].sort((a, b) => a - b) as [
      number,
      number,
    ]
    changed = draw.weighted([
      [4, () => changed.slice(0, start) + draw.pick(PIECES) + changed.slice(start)],
      [3, () => changed.slice(0, start) + changed.slice(start + draw.between(1, 3))],
      [2, () => changed.slice(0, start) + changed.slice(end)],
      [2, () => changed.slice(0, end) + changed.slice(start)],
      [1, () => changed.slice(0, start) + String.fromCharCode(draw.below(0x10000)) + changed.slice(start + 1)],
      [
        1,
        () => changed.slice(0, start) + draw.pick(PIECES).repeat(draw.between(2, MAX_REPEATS)) + changed.slice(start),
      ],
      [1, () => changed.toUpperCase()],
    ])
  }
  return changed
}

/** The bytes with some changes. */
export function mutateBytes(draw: Draw, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const changed = draw.chance(20) ? bytes.slice(0, draw.below(bytes.length + 1)) : bytes.slice()
  const changes = draw.below(MAX_CHANGES + 1)
  for (let change = 0; change < changes && changed.length > 0; change++) {
    changed[draw.below(changed.length)] = draw.pick([0, 1, 0x7f, 0x80, 0xff, draw.below(256)])
  }
  return changed
}

/** Bytes of no meaning. */
export function anyBytes(draw: Draw, maxBytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: draw.below(maxBytes + 1) }, () => draw.below(256))
}
