// Tables that several scripts use.

/** The parameters of a table with a partition key `a` of text and no indexes. */
export function hashTable(TableName: string): Readonly<Record<string, unknown>> {
  return {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  }
}

/**
 * The parameters of a table with a partition key `p` of text and a sort key `s` of numbers. Index `byGroup` (global, `group`
 * and `s`) holds `x`, index `byLabel` (local, `label`) keys only, and index `byRank` (global, binary `rank`) everything.
 */
export function indexedTable(TableName: string): Readonly<Record<string, unknown>> {
  return {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'p', AttributeType: 'S' },
      { AttributeName: 's', AttributeType: 'N' },
      { AttributeName: 'group', AttributeType: 'S' },
      { AttributeName: 'label', AttributeType: 'S' },
      { AttributeName: 'rank', AttributeType: 'B' },
    ],
    KeySchema: [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'byLabel',
        KeySchema: [
          { AttributeName: 'p', KeyType: 'HASH' },
          { AttributeName: 'label', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGroup',
        KeySchema: [
          { AttributeName: 'group', KeyType: 'HASH' },
          { AttributeName: 's', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] },
      },
      {
        IndexName: 'byRank',
        KeySchema: [{ AttributeName: 'rank', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  }
}

/** The description of a table that `hashTable` makes, empty, save for these members. */
export function described(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    TableSizeBytes: 0,
    ItemCount: 0,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: false,
    ...members,
  }
}
