// Where Tidetable answers something else than the service, and why. A test fails when a gap closes, so that the list
// stays true; the README's table of differences is made from it.

import { type Answer, answered } from '../support/conformance-script.ts'
import { PARTIQL_GAPS } from './known-gaps-partiql.ts'
import { described } from './scripts/tables.ts'

/** One step of a script that Tidetable answers differently. */
export interface KnownGap {
  /** Of the script. */
  readonly operation: string
  /** Of the step. */
  readonly title: string
  /** What Tidetable answers. */
  readonly answer: Answer
  readonly reason: string
}

const READY_AT_ONCE = 'A table can be used when CreateTable resolves, so it is never CREATING.'
const SETTLED_AT_ONCE = 'Settings take effect before UpdateTable resolves, so the table is not UPDATING for them.'

/** All of them. */
export const KNOWN_GAPS: readonly KnownGap[] = [
  ...PARTIQL_GAPS,
  {
    operation: 'create-table',
    title: 'makes a table',
    answer: answered({ TableDescription: described({ TableName: 'hash', TableStatus: 'ACTIVE' }) }).service,
    reason: READY_AT_ONCE,
  },
  {
    operation: 'create-table',
    title: 'makes a protected table of another class',
    answer: answered({
      TableDescription: described({
        TableName: 'protected',
        TableStatus: 'ACTIVE',
        TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
        DeletionProtectionEnabled: true,
      }),
    }).service,
    reason: READY_AT_ONCE,
  },
  {
    operation: 'update-table',
    title: 'comes to pay per request',
    answer: answered({
      TableDescription: described({
        TableName: 'provisioned',
        TableStatus: 'ACTIVE',
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byA',
            KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
            IndexSizeBytes: 0,
            ItemCount: 0,
            IndexStatus: 'ACTIVE',
            ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
          },
        ],
      }),
    }).service,
    reason: SETTLED_AT_ONCE,
  },
  {
    operation: 'update-table',
    title: 'changes the class',
    answer: answered({
      TableDescription: described({
        TableName: 'hash',
        TableStatus: 'ACTIVE',
        TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
        DeletionProtectionEnabled: true,
      }),
    }).service,
    reason: SETTLED_AT_ONCE,
  },
]
