// The request that makes a table of a key alone, as tests of replication need it at remotes.

/** An attribute's name and type. */
export type KeyAttribute = readonly [name: string, type: 'S' | 'N' | 'B']

/** The CreateTable request of a table with a partition key and a sort key. */
export function tableInput(
  TableName: string,
  [partition, partitionType]: KeyAttribute,
  [sort, sortType]: KeyAttribute,
): object {
  return {
    TableName,
    AttributeDefinitions: [
      { AttributeName: partition, AttributeType: partitionType },
      { AttributeName: sort, AttributeType: sortType },
    ],
    KeySchema: [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: sort, KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  }
}

/** The CreateTable request of a companion table. */
export function companionInput(TableName: string): object {
  return tableInput(TableName, ['pk', 'S'], ['sk', 'N'])
}
