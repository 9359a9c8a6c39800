// What the demo reads from the rows of its cloud.

import { expect, it } from 'vitest'
import { cloudStateOf } from '../../../demo/harbour/cloud-state.ts'

const HARBOUR = 'Tidemouth'

it('reads lines in their order, and entries with what they changed', () => {
  const lines = [
    { harbour: HARBOUR, line: 'ships in today', count: 4, _version: 2 },
    { harbour: HARBOUR, line: 'berth 1', ship: 'Heron' },
    { harbour: HARBOUR, line: 'berth 2', _version: 1 },
  ]
  const image = { harbour: HARBOUR, line: 'ships in today', count: 4 }
  const changes = [
    { t: 'HarbourBook', i: image },
    { t: 'HarbourBook', d: { harbour: HARBOUR, line: 'berth 5' } },
  ]
  const entries = [{ pk: `log#${HARBOUR}`, sk: 2, c: 'visitor/3f', at: 1_790_000_000_000_123, l: changes }]
  expect(cloudStateOf(lines, entries)).toEqual({
    lines: [
      { line: 'berth 1', text: 'Heron', version: undefined },
      { line: 'berth 2', text: 'free', version: 1 },
      { line: 'ships in today', text: '4', version: 2 },
    ],
    entries: [
      {
        sequence: 2,
        client: 'visitor/3f',
        at: new Date(1_790_000_000_000),
        changes: [
          { line: 'ships in today', text: '4' },
          { line: 'berth 5', text: 'free' },
        ],
      },
    ],
  })
})
