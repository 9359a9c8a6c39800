// Items for the scripts of Query and Scan: five of partition key value `a` with their sort keys out of order, and one of `b`.

import { type Script, step } from '../../support/conformance-script.ts'
import { indexedTable } from './tables.ts'

const ITEMS = [
  { p: { S: 'a' }, s: { N: '10' }, group: { S: 'g' }, label: { S: 'ab' }, x: { S: 'x10' }, y: { S: 'y10' } },
  { p: { S: 'a' }, s: { N: '-1.5' }, group: { S: 'g' }, label: { S: 'b' }, x: { S: 'x-1.5' }, y: { S: 'y-1.5' } },
  { p: { S: 'a' }, s: { N: '2' }, group: { S: 'h' }, label: { S: 'abc' }, y: { S: 'y2' } },
  { p: { S: 'a' }, s: { N: '0' }, y: { S: 'y0' } },
  { p: { S: 'a' }, s: { N: '1e2' }, label: { S: 'äö' }, rank: { B: new Uint8Array([1]) }, y: { S: 'y100' } },
  { p: { S: 'b' }, s: { N: '1' }, group: { S: 'g' }, rank: { B: new Uint8Array([1]) }, x: { S: 'x1' } },
] as const

/** Makes table `range` and stores the items. */
export function pageItems(): Script['steps'] {
  return [
    step('makes a table with a sort key and indexes', 'CreateTable', indexedTable('range')),
    ...ITEMS.map((Item, at) => step(`stores item ${at + 1}`, 'PutItem', { TableName: 'range', Item })),
  ]
}
