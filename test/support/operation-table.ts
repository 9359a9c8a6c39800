// The README's table of the service's operations, made from the code.

import { findOperation } from '../../src/engine/operations/registry.ts'
import { type OperationArea, STREAMS_OPERATIONS, TABLE_OPERATIONS } from '../../src/model/service-operations.ts'

/** Where the table stands in the README. */
export const TABLE_BEGIN = '<!-- operations: npx tsx test/support/record-operations.ts -->'
/** What comes behind it. */
export const TABLE_END = '<!-- end of operations -->'

/** The areas of the service, and which of their operations are answered and which are not. */
export function operationTable(): string {
  const all: Readonly<Record<string, OperationArea>> = { ...TABLE_OPERATIONS, ...STREAMS_OPERATIONS }
  const names = Object.keys(all)
  const areas = [...new Set(Object.values(all))].sort((one, other) => one.localeCompare(other, 'en'))
  const list = (of: readonly string[]): string => of.map((name) => `\`${name}\``).join(' ')
  const rows = areas.map((area) => {
    const own = names.filter((name) => all[name] === area).sort()
    const isAnswered = (name: string): boolean => findOperation(name) !== undefined
    return [area, list(own.filter(isAnswered)), list(own.filter((name) => !isAnswered(name)))]
  })
  const answered = names.filter((name) => findOperation(name) !== undefined).length
  const lines = [['area', 'answered', 'not answered'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = lines
  const rule = line(widths.map((width) => '-'.repeat(width)))
  const sum = `Of the service's ${names.length} operations ${answered} are answered; the others are refused with \`UnknownOperationException\`.`
  return [sum, '', line(head), rule, ...body.map(line)].join('\n')
}

/** A text with the table in its place. */
export function withOperationTable(text: string): string {
  const begin = text.indexOf(TABLE_BEGIN)
  const end = text.indexOf(TABLE_END)
  if (begin === -1 || end < begin) throw new Error(`There is no ${TABLE_BEGIN} … ${TABLE_END} in the text.`)
  return `${text.slice(0, begin + TABLE_BEGIN.length)}\n\n${operationTable()}\n\n${text.slice(end)}`
}
