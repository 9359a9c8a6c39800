// What the demo says of a device, for every state that replication can be in.

import { describe, expect, it } from 'vitest'
import type { DeviceState } from '../../../demo/harbour/device.ts'
import { causeText, figureTexts, parkedText, stateText } from '../../../demo/ui/device-words.ts'
import { formatClock } from '../../../demo/ui/format.ts'
import type { ParkedWrite, SyncStatus } from '../../../src/index.ts'

const STATUS: SyncStatus = {
  state: 'idle',
  replicatesHere: true,
  isComplete: true,
  pending: { count: 0, bytes: 0 },
  parkedCount: 0,
  conflictCount: 0,
  cost: {
    sinceMs: 0,
    tables: { book: { readUnits: 3, writeUnits: 4 }, log: { readUnits: 1, writeUnits: 6 } },
    isEstimate: false,
  },
}

function deviceWith(status: Partial<SyncStatus>, isOffline = false): DeviceState {
  const lists = { lines: new Map(), badges: new Map(), conflicts: [], parked: [] }
  return { ...lists, status: { ...STATUS, ...status }, isOffline, budgetUnits: undefined }
}

const PENDING = { pending: { count: 2, bytes: 310 } }

describe('the state of a device', () => {
  it.each([
    ['In step with the cloud.', deviceWith({})],
    ['In step with the cloud.', deviceWith({ state: 'syncing' })],
    ['Sending. 2 writes wait.', deviceWith({ ...PENDING, state: 'syncing' })],
    ['Offline, and at work.', deviceWith({ state: 'paused' }, true)],
    ['Offline, and at work. 1 write waits.', deviceWith({ pending: { count: 1, bytes: 9 } }, true)],
    ['The cloud cannot be reached. 2 writes wait.', deviceWith({ ...PENDING, state: 'waiting' })],
    ['Reading the book for the first time…', deviceWith({ state: 'syncing', firstSync: { items: 0 } })],
    ['Starting…', deviceWith({ state: 'starting' })],
    ['The budget for reading is used up. Writes are sent.', deviceWith({ state: 'over-budget' })],
    [
      `The budget for reading is used up until ${formatClock(new Date(60_000))}. Writes are sent. 2 writes wait.`,
      deviceWith({ ...PENDING, state: 'over-budget', budget: { readUnits: 3, spentUnits: 4, endsAtMs: 60_000 } }),
    ],
  ])('is told as “%s”', (text, state) => {
    expect(stateText(state)).toBe(text)
  })

  it('is told in figures', () => {
    const failure = { name: 'TypeError', message: 'Failed to fetch', atMs: 0 }
    const budget = { readUnits: 30, spentUnits: 3, endsAtMs: 0 }
    expect(Object.fromEntries(figureTexts(deviceWith({ ...PENDING, lastFailure: failure, budget })))).toEqual({
      'Writes that wait': '2 (310 bytes)',
      'Put aside': '0',
      Conflicts: '0',
      'Last read': '–',
      'Last sent': '–',
      'Next look': '–',
      'Last failure': 'TypeError',
      'Read budget': '3 of 30 units',
      'Read units': '4',
      'Write units': '10',
    })
  })

  it('says when units are an estimate', () => {
    const cost = { ...STATUS.cost, isEstimate: true }
    expect(figureTexts(deviceWith({ cost })).slice(-2)).toEqual([
      ['Read units', 'about 4'],
      ['Write units', 'about 10'],
    ])
  })
})

describe('a write that was put aside', () => {
  const write: ParkedWrite = {
    id: 7,
    atMs: 0,
    parkedAtMs: 1,
    cause: { name: 'ConditionalCheckFailedException', message: 'The conditional request failed' },
    writes: [
      {
        kind: 'Update',
        request: {
          TableName: 'HarbourBook',
          Key: { harbour: { S: 'Tidemouth' }, line: { S: 'berth 3' } },
          ExpressionAttributeValues: { ':0': { S: 'Puffin' } },
        },
      },
    ],
  }

  it('is told by its berth, its ship and the cause', () => {
    expect([parkedText(write), causeText(write)]).toEqual([
      'Berth 3 for “Puffin”',
      'It was given to another ship first (ConditionalCheckFailedException).',
    ])
  })

  it('is told with the words of the cloud where these are all there is', () => {
    const cause = { name: 'AccessDeniedException', message: 'No.' }
    expect(causeText({ ...write, cause })).toBe('AccessDeniedException: No.')
  })
})
