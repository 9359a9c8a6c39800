// Decisions of UpdateTable that depend on time.

import { describe, expect, it } from 'vitest'
import { newTableRecord } from '../../../src/engine/new-table.ts'
import { decreasesOn, type TableRecord } from '../../../src/engine/table-record.ts'
import { decideTableUpdate } from '../../../src/engine/table-update.ts'

const DAY_MS = 86_400_000
const NOON_MS = 20_000 * DAY_MS + DAY_MS / 2

const TABLE = newTableRecord(
  {
    TableName: 'items',
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
  },
  { tableId: 1, uuid: 'uuid', nowMs: 0 },
)

function withUnits(record: TableRecord, read: number, write: number, nowMs: number): TableRecord {
  const ProvisionedThroughput = { ReadCapacityUnits: read, WriteCapacityUnits: write }
  return decideTableUpdate(record, { TableName: 'items', ProvisionedThroughput }, nowMs).record
}

describe('decideTableUpdate', () => {
  it('remembers when capacity was raised', () => {
    expect(withUnits(TABLE, 11, 10, NOON_MS).throughput).toEqual({
      readUnits: 11,
      writeUnits: 10,
      increasedAtMs: NOON_MS,
      decreasesThatDay: 0,
    })
  })

  it('counts decreases of the same day', () => {
    const once = withUnits(TABLE, 9, 10, NOON_MS)
    const twice = withUnits(once, 9, 8, NOON_MS + 1000)
    expect(twice.throughput).toEqual({
      readUnits: 9,
      writeUnits: 8,
      decreasedAtMs: NOON_MS + 1000,
      decreasesThatDay: 2,
    })
    expect(decreasesOn(twice.throughput, NOON_MS + 2000)).toBe(2)
  })

  it('begins to count anew the next day', () => {
    const yesterday = withUnits(TABLE, 9, 10, NOON_MS)
    expect(decreasesOn(yesterday.throughput, NOON_MS + DAY_MS)).toBe(0)
    expect(withUnits(yesterday, 8, 10, NOON_MS + DAY_MS).throughput.decreasesThatDay).toBe(1)
  })

  it('counts a change up and down as both', () => {
    expect(withUnits(TABLE, 20, 5, NOON_MS).throughput).toEqual({
      readUnits: 20,
      writeUnits: 5,
      increasedAtMs: NOON_MS,
      decreasedAtMs: NOON_MS,
      decreasesThatDay: 1,
    })
  })

  it('never uses the id of an index twice', () => {
    const create = (record: TableRecord): ReturnType<typeof decideTableUpdate> =>
      decideTableUpdate(
        record,
        {
          TableName: 'items',
          GlobalSecondaryIndexUpdates: [
            {
              Create: {
                IndexName: 'byA',
                KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'ALL' },
                ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
              },
            },
          ],
        },
        NOON_MS,
      )
    const first = create(TABLE)
    const without = { ...first.record, indexes: [] }
    expect([first.duty?.indexId, create(without).duty?.indexId]).toEqual([1, 2])
  })
})
