// UpdateTable against the service. Filling and clearing indexes takes time on any server: test/unit/engine has it.

import { answered, broken, failed, refused, type Script, step } from '../../support/conformance-script.ts'
import { described, hashTable, indexedTable } from './tables.ts'

const update = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Script['steps'][number] =>
  step(title, 'UpdateTable', input, more)

const INVALID = 'One or more parameter values were invalid:'
const units = (ReadCapacityUnits: number, WriteCapacityUnits: number): unknown => ({
  ReadCapacityUnits,
  WriteCapacityUnits,
})
const indexUpdate = (GlobalSecondaryIndexUpdate: unknown, more: object = {}): unknown => ({
  TableName: 'range',
  GlobalSecondaryIndexUpdates: [GlobalSecondaryIndexUpdate],
  ...more,
})
const INDEX_ON_X = {
  IndexName: 'byX',
  KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
}
const UNCHANGED =
  'will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the'

/** The script. */
export const updateTableScript: Script = {
  operation: 'update-table',
  steps: [
    step('makes a table', 'CreateTable', hashTable('hash')),
    step('makes a table with indexes', 'CreateTable', indexedTable('range')),
    step('makes a table with capacity', 'CreateTable', {
      TableName: 'provisioned',
      AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      ProvisionedThroughput: units(1, 2),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byA',
          KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
          ProvisionedThroughput: units(3, 4),
        },
      ],
    }),

    // Capacity
    update('changes capacity', { TableName: 'provisioned', ProvisionedThroughput: units(5, 6) }),
    update(
      'refuses capacity that does not change',
      { TableName: 'provisioned', ProvisionedThroughput: units(5, 6) },
      refused(
        `The provisioned throughput for the table ${UNCHANGED} table: 5. Requested ReadCapacityUnits: 5. ` +
          'Current WriteCapacityUnits provisioned for the table: 6. Requested WriteCapacityUnits: 6. ' +
          'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
      ),
    ),
    update('changes the capacity of an index', {
      TableName: 'provisioned',
      GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'byA', ProvisionedThroughput: units(7, 4) } }],
    }),
    update(
      'refuses capacity of an index that does not change',
      {
        TableName: 'provisioned',
        GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'byA', ProvisionedThroughput: units(7, 4) } }],
      },
      refused(
        `The provisioned throughput for the index byA ${UNCHANGED} index: 7. Requested ReadCapacityUnits: 7. ` +
          'Current WriteCapacityUnits provisioned for the index: 4. Requested WriteCapacityUnits: 4. ' +
          'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
      ),
    ),
    update(
      'comes to pay per request',
      { TableName: 'provisioned', BillingMode: 'PAY_PER_REQUEST' },
      answered({
        TableDescription: described({
          TableName: 'provisioned',
          TableStatus: 'UPDATING',
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byA',
              KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
              IndexSizeBytes: 0,
              ItemCount: 0,
              IndexStatus: 'UPDATING',
              ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
            },
          ],
        }),
      }),
    ),
    update(
      'refuses capacity while it pays per request',
      { TableName: 'provisioned', ProvisionedThroughput: units(1, 1) },
      refused(
        `${INVALID} Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
      ),
    ),
    update(
      'refuses to come back to capacity without saying how much',
      { TableName: 'provisioned', BillingMode: 'PROVISIONED' },
      refused(`${INVALID} ProvisionedThroughput must be specified when BillingMode is PROVISIONED`),
    ),
    update(
      'refuses to come back to capacity without capacity for the index',
      {
        TableName: 'provisioned',
        BillingMode: 'PROVISIONED',
        ProvisionedThroughput: units(1, 1),
      },
      refused(`${INVALID} ProvisionedThroughput must be specified for index: byA`),
    ),

    // Settings
    update('protects a table', { TableName: 'hash', DeletionProtectionEnabled: true }),
    update(
      'changes the class',
      { TableName: 'hash', TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      answered({
        TableDescription: described({
          TableName: 'hash',
          TableStatus: 'UPDATING',
          TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
          DeletionProtectionEnabled: true,
        }),
      }),
    ),
    update(
      'refuses a request without anything',
      {},
      refused("The parameter 'TableName' is required but was not present in the request"),
    ),
    update(
      'refuses a request that changes nothing',
      { TableName: 'hash' },
      refused(
        'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required',
      ),
    ),
    update(
      'refuses a class that is none',
      { TableName: 'hash', TableClass: 'x' },
      broken(
        "Value 'x' at 'tableClass' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, STANDARD_INFREQUENT_ACCESS]",
      ),
    ),
    update(
      'refuses a table that does not exist',
      { TableName: 'nowhere', BillingMode: 'PAY_PER_REQUEST' },
      failed('ResourceNotFoundException', 'Requested resource not found: Table: nowhere not found'),
    ),

    // Indexes
    update(
      'refuses an update of no index',
      indexUpdate({}),
      refused(
        `${INVALID} One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null`,
      ),
    ),
    update(
      'refuses to delete an index that is not there',
      indexUpdate({ Delete: { IndexName: 'byNothing' } }),
      failed('ResourceNotFoundException', 'Requested resource not found: Index byNothing for table range'),
    ),
    update(
      'refuses to delete a local index',
      indexUpdate({ Delete: { IndexName: 'byLabel' } }),
      refused('Cannot delete an index that is not a GlobalSecondaryIndex: byLabel'),
    ),
    update(
      'refuses to update an index that is not there',
      indexUpdate({
        Update: { IndexName: 'byNothing', ProvisionedThroughput: units(1, 1) },
      }),
      failed('ResourceNotFoundException', 'Requested resource not found: Index byNothing for table range'),
    ),
    update(
      'refuses to create an index that is there',
      indexUpdate({ Create: { ...INDEX_ON_X, IndexName: 'byGroup' } }),
    ),
    update(
      'refuses to create an index on what is not defined',
      indexUpdate({ Create: INDEX_ON_X }),
      refused(
        `${INVALID} Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: [p, s, group, label, rank]`,
      ),
    ),
    update('refuses to create an index and to delete another', {
      TableName: 'range',
      AttributeDefinitions: [{ AttributeName: 'x', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [{ Create: INDEX_ON_X }, { Delete: { IndexName: 'byGroup' } }],
    }),
    update(
      'refuses to update an index twice',
      {
        TableName: 'provisioned',
        GlobalSecondaryIndexUpdates: [
          { Update: { IndexName: 'byA', ProvisionedThroughput: units(1, 1) } },
          { Update: { IndexName: 'byA', ProvisionedThroughput: units(2, 1) } },
        ],
      },
      refused(`${INVALID} Only one global secondary index update per index is allowed simultaneously. Index: byA`),
    ),
  ],
}
