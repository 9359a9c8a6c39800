// CreateTable against the service.

import { answered, broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { described, hashTable, indexedTable } from './tables.ts'

const create = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'CreateTable', input, more)

const INVALID = 'One or more parameter values were invalid:'
const UNITS = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 }
const ALL = { ProjectionType: 'ALL' }
const HASH_A = { AttributeName: 'a', KeyType: 'HASH' }
const RANGE_B = { AttributeName: 'b', KeyType: 'RANGE' }
const TEXTS = (...names: readonly string[]): unknown =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }))

/** A table with keys `a` and `b` and further parameters. */
function table(more: object): unknown {
  return {
    TableName: 'new',
    AttributeDefinitions: TEXTS('a', 'b'),
    KeySchema: [HASH_A, RANGE_B],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  }
}

function localIndex(IndexName: string, more: object = {}): unknown {
  return { IndexName, KeySchema: [HASH_A, RANGE_B], Projection: ALL, ...more }
}

function globalIndex(IndexName: string, more: object = {}): unknown {
  return { IndexName, KeySchema: [{ AttributeName: 'b', KeyType: 'HASH' }], Projection: ALL, ...more }
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `name${at}`)

/** The script. */
export const createTableScript: Script = {
  operation: 'create-table',
  steps: [
    create(
      'makes a table',
      hashTable('hash'),
      answered({
        TableDescription: described({ TableName: 'hash', TableStatus: 'CREATING' }),
      }),
    ),
    create('makes a table with indexes', indexedTable('range')),
    create('makes a table with capacity', {
      TableName: 'provisioned',
      AttributeDefinitions: TEXTS('a', 'b'),
      KeySchema: [HASH_A],
      ProvisionedThroughput: UNITS,
      GlobalSecondaryIndexes: [
        globalIndex('byB', { ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 } }),
      ],
    }),
    create('cuts off what follows the decimal points of capacity', {
      TableName: 'fractions',
      AttributeDefinitions: TEXTS('a'),
      KeySchema: [HASH_A],
      ProvisionedThroughput: { ReadCapacityUnits: 1.9, WriteCapacityUnits: 2.5 },
    }),
    create(
      'makes a protected table of another class',
      {
        ...hashTable('protected'),
        DeletionProtectionEnabled: true,
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
      },
      answered({
        TableDescription: described({
          TableName: 'protected',
          TableStatus: 'CREATING',
          TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
          DeletionProtectionEnabled: true,
        }),
      }),
    ),
    create(
      'refuses a table that is there already',
      hashTable('hash'),
      failed('ResourceInUseException', 'Table already exists: hash'),
    ),

    // Parameters
    create(
      'refuses a request without a name',
      {},
      refused("The parameter 'TableName' is required but was not present in the request"),
    ),
    create(
      'refuses a name of two characters',
      { TableName: 'ab' },
      refused('TableName must be at least 3 characters long and at most 255 characters long'),
    ),
    create(
      'refuses a name of 256 characters',
      { TableName: textOf(256) },
      refused('TableName must be at least 3 characters long and at most 255 characters long'),
    ),
    create(
      'refuses a request with a name alone',
      { TableName: 'ab;' },
      broken(
        "Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null",
        "Value 'ab;' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        "Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
      ),
    ),
    create(
      'refuses an empty key schema',
      table({ KeySchema: [] }),
      broken(
        "Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    create(
      'refuses elements without their members',
      table({
        AttributeDefinitions: [{}],
        KeySchema: [{ AttributeName: 'a', KeyType: 'x' }],
        BillingMode: 'FREE',
        ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 1 },
      }),
      broken(
        "Value null at 'attributeDefinitions.1.member.attributeName' failed to satisfy constraint: Member must not be null",
        "Value null at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must not be null",
        "Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
        "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1",
        "Value 'x' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]",
      ),
    ),
    create(
      'refuses an attribute of another type',
      table({
        AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'BOOL' }],
      }),
      broken(
        "Value 'BOOL' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]",
      ),
    ),
    create(
      'refuses a text for a list',
      table({ KeySchema: 'a' }),
      failed('SerializationException', 'Unexpected field type'),
    ),
    create(
      'refuses a text for a number',
      table({ ProvisionedThroughput: { ReadCapacityUnits: '1', WriteCapacityUnits: 1 } }),
      failed('SerializationException', 'STRING_VALUE cannot be converted to Long'),
    ),
    create(
      'refuses an index with a short name',
      table({ GlobalSecondaryIndexes: [globalIndex('ab')] }),
      broken(
        "Value 'ab' at 'globalSecondaryIndexes.1.member.indexName' failed to satisfy constraint: Member must have length greater than or equal to 3",
      ),
    ),

    // Capacity
    create(
      'refuses capacity beside paying per request',
      table({ ProvisionedThroughput: UNITS }),
      refused(
        `${INVALID} Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
      ),
    ),
    create(
      'refuses a table without capacity',
      table({ BillingMode: 'PROVISIONED' }),
      refused(
        `${INVALID} ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
      ),
    ),
    create(
      'refuses more capacity than there is',
      table({
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: { ReadCapacityUnits: 1_000_000_000_001, WriteCapacityUnits: 1 },
      }),
      refused('Given value 1000000000001 for ReadCapacityUnits is out of bounds'),
    ),
    create(
      'refuses an index without capacity',
      table({
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: UNITS,
        GlobalSecondaryIndexes: [globalIndex('byB')],
      }),
      refused(`${INVALID} ProvisionedThroughput must be specified for index: byB`),
    ),
    create(
      'refuses an index with capacity beside paying per request',
      table({
        GlobalSecondaryIndexes: [globalIndex('byB', { ProvisionedThroughput: UNITS })],
      }),
      refused(
        `${INVALID} ProvisionedThroughput should not be specified for index: byB when BillingMode is PAY_PER_REQUEST`,
      ),
    ),

    // Keys
    create(
      'refuses a key that is not defined',
      table({ AttributeDefinitions: TEXTS('a') }),
      refused(
        `${INVALID} Some index key attributes are not defined in AttributeDefinitions. Keys: [a, b], AttributeDefinitions: [a]`,
      ),
    ),
    create(
      'refuses a definition that is not used',
      table({ AttributeDefinitions: TEXTS('a', 'b', 'c') }),
      refused(
        `${INVALID} Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
      ),
    ),
    create('refuses an attribute that is defined twice', table({ AttributeDefinitions: TEXTS('a', 'b', 'a') })),
    create(
      'refuses a key with one attribute twice',
      table({
        KeySchema: [HASH_A, { AttributeName: 'a', KeyType: 'RANGE' }],
      }),
      refused('Both the Hash Key and the Range Key element in the KeySchema have the same name'),
    ),
    create(
      'refuses a key that begins with the sort key',
      table({ KeySchema: [RANGE_B, HASH_A] }),
      refused('Invalid KeySchema: The first KeySchemaElement is not a HASH key type'),
    ),
    create(
      'refuses a key with two partition keys',
      table({
        KeySchema: [HASH_A, { AttributeName: 'b', KeyType: 'HASH' }],
      }),
      refused('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type'),
    ),

    // Local indexes
    create(
      'refuses an empty list of local indexes',
      table({ LocalSecondaryIndexes: [] }),
      refused(`${INVALID} List of LocalSecondaryIndexes is empty`),
    ),
    create(
      'refuses a local index of a table without a sort key',
      table({
        KeySchema: [HASH_A],
        LocalSecondaryIndexes: [localIndex('byB')],
      }),
      refused(
        `${INVALID} Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`,
      ),
    ),
    create(
      'refuses a local index without a sort key',
      table({
        LocalSecondaryIndexes: [localIndex('byB', { KeySchema: [HASH_A] })],
      }),
      refused(`${INVALID} Index KeySchema does not have a range key for index: byB`),
    ),
    create(
      'refuses a local index with another partition key',
      table({
        LocalSecondaryIndexes: [
          localIndex('byB', {
            KeySchema: [
              { AttributeName: 'b', KeyType: 'HASH' },
              { AttributeName: 'a', KeyType: 'RANGE' },
            ],
          }),
        ],
      }),
      refused(
        `${INVALID} Index KeySchema does not have the same leading hash key as table KeySchema for index: byB. index hash key: b, table hash key: a`,
      ),
    ),
    create(
      'takes five local indexes',
      table({ TableName: 'five', LocalSecondaryIndexes: names(5).map((name) => localIndex(name)) }),
    ),
    create(
      'refuses six local indexes',
      table({ LocalSecondaryIndexes: names(6).map((name) => localIndex(name)) }),
      refused(`${INVALID} Number of LocalSecondaryIndexes exceeds per-table limit of 5`),
    ),

    // Global indexes
    create(
      'refuses an empty list of global indexes',
      table({ GlobalSecondaryIndexes: [] }),
      refused(`${INVALID} List of GlobalSecondaryIndexes is empty`),
    ),
    create(
      'takes twenty global indexes',
      table({ TableName: 'twenty', GlobalSecondaryIndexes: names(20).map((name) => globalIndex(name)) }),
    ),
    create(
      'refuses 21 global indexes',
      table({ GlobalSecondaryIndexes: names(21).map((name) => globalIndex(name)) }),
      refused(`${INVALID} GlobalSecondaryIndex count exceeds the per-table limit of 20`),
    ),
    create(
      'refuses an index on what is not defined',
      table({
        GlobalSecondaryIndexes: [globalIndex('byC', { KeySchema: [{ AttributeName: 'c', KeyType: 'HASH' }] })],
      }),
      refused(
        `${INVALID} Some index key attributes are not defined in AttributeDefinitions. Keys: [c], AttributeDefinitions: [a, b]`,
      ),
    ),
    create(
      'refuses definitions that no key uses',
      table({
        AttributeDefinitions: TEXTS('a', 'b', 'c'),
        GlobalSecondaryIndexes: [globalIndex('byB')],
      }),
      refused(`${INVALID} Some AttributeDefinitions are not used. AttributeDefinitions: [a, b, c], keys used: [a, b]`),
    ),
    create(
      'refuses two indexes of one name',
      table({
        LocalSecondaryIndexes: [localIndex('same')],
        GlobalSecondaryIndexes: [globalIndex('same')],
      }),
      refused(`${INVALID} Duplicate index name: same`),
    ),
    create(
      'refuses a projection without a type',
      table({ GlobalSecondaryIndexes: [globalIndex('byB', { Projection: {} })] }),
      refused(`${INVALID} Unknown ProjectionType: null`),
    ),
    create(
      'refuses attributes beside ALL',
      table({
        GlobalSecondaryIndexes: [globalIndex('byB', { Projection: { ...ALL, NonKeyAttributes: ['x'] } })],
      }),
      refused(`${INVALID} ProjectionType is ALL, but NonKeyAttributes is specified`),
    ),
    create(
      'refuses INCLUDE without attributes',
      table({
        GlobalSecondaryIndexes: [globalIndex('byB', { Projection: { ProjectionType: 'INCLUDE' } })],
      }),
      refused(`${INVALID} ProjectionType is INCLUDE, but NonKeyAttributes is not specified`),
    ),
    create(
      'takes 20 attributes of an index',
      table({
        TableName: 'wide',
        GlobalSecondaryIndexes: [
          globalIndex('byB', { Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: names(20) } }),
        ],
      }),
    ),
    create(
      'refuses 101 attributes of all indexes',
      table({
        GlobalSecondaryIndexes: names(6).map((name, at) =>
          globalIndex(name, {
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: names(at < 5 ? 20 : 1) },
          }),
        ),
      }),
      refused(`${INVALID} Number of projected attributes across all indexes exceeds per-table limit of 100`),
    ),
  ],
}
