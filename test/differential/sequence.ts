// A sequence: tables, and requests to them, all of it drawn from one seed. Sequences know nothing of each other.

import { createDraw } from './draw.ts'
import { drawMistake } from './draw-mistakes.ts'
import { type DrawnStep, drawRequest } from './draw-requests.ts'
import { drawTable } from './draw-tables.ts'

const STEPS = 120
const MISTAKES_PERCENT = 22

/** The steps of the sequence with this seed. The tables are called `main` and `side`. */
export function drawSequence(seed: number): readonly DrawnStep[] {
  const draw = createDraw(seed)
  const tables = [drawTable(draw, 'main'), drawTable(draw, 'side')]
  const creations = tables.map(({ input }): DrawnStep => ({ operation: 'CreateTable', input }))
  const requests = Array.from({ length: STEPS }, () => {
    const request = drawRequest(draw, tables)
    return request.isWild !== true && draw.chance(MISTAKES_PERCENT) ? drawMistake(draw, request) : request
  })
  const endings = tables.flatMap(({ name }): readonly DrawnStep[] => [
    { operation: 'Scan', input: { TableName: name, ConsistentRead: true }, walk: 'unordered' },
    { operation: 'DescribeTable', input: { TableName: name } },
  ])
  return [...creations, ...requests, ...endings]
}
