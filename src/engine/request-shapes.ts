// What each parameter of each operation may be: required or not, its type, length, range, pattern, values. Members stand
// in the order in which the service reports them. What depends on other parameters or on the table is checked by the
// operation itself.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html

import {
  MAX_ATTRIBUTES_TO_GET,
  MAX_BATCH_GET_ITEMS,
  MAX_BATCH_WRITE_ITEMS,
  MAX_INDEX_KEY_ATTRIBUTES,
  MAX_KEY_ATTRIBUTE_NAME_SIZE_BYTES,
  MAX_LIST_STREAMS,
  MAX_LIST_TABLES,
  MAX_NON_KEY_ATTRIBUTES,
  MAX_REQUEST_TOKEN_CHARS,
  MAX_SCAN_SEGMENTS,
  MAX_SEQUENCE_NUMBER_CHARS,
  MAX_SHARD_ID_CHARS,
  MAX_SHARD_ITERATOR_CHARS,
  MAX_STREAM_ARN_CHARS,
  MAX_STREAM_RECORDS,
  MAX_TABLE_NAME_CHARS,
  MAX_TIME_TO_LIVE_NAME_CHARS,
  MAX_BATCH_STATEMENTS,
  MAX_NEXT_TOKEN_CHARS,
  MAX_STATEMENT_CHARS,
  MAX_TRANSACTION_ITEMS,
  MIN_SEQUENCE_NUMBER_CHARS,
  MIN_SHARD_ID_CHARS,
  MIN_STREAM_ARN_CHARS,
  MIN_TABLE_NAME_CHARS,
} from '../model/limits.ts'
import type { ListShape, NumberShape, Shape, StringShape, StructureShape } from './constraint.ts'
import { createPattern } from './pattern.ts'

const NAME_PATTERN = createPattern('[a-zA-Z0-9_.-]+')
const NAME_LENGTH = { min: MIN_TABLE_NAME_CHARS, max: MAX_TABLE_NAME_CHARS } as const

const text: StringShape = { kind: 'string' }
const flag: Shape = { kind: 'boolean' }
const attributes: Shape = { kind: 'attributes' }
const attributeValue: Shape = { kind: 'attribute-value' }
const resourceName: StringShape = { kind: 'string', pattern: NAME_PATTERN, lengthChars: NAME_LENGTH }
/** A table, by its name or by its ARN. */
const tableName: StringShape = { ...resourceName, isTable: true }
/** The table that an operation on tables is about. */
const ownTableName: StringShape = { ...tableName, isCheckedFirst: true }
const tableNames = { lengthChars: NAME_LENGTH, pattern: NAME_PATTERN, areTables: true } as const
const attributeName: StringShape = {
  kind: 'string',
  lengthChars: { min: 1, max: MAX_KEY_ATTRIBUTE_NAME_SIZE_BYTES },
}
const nameMap: Shape = { kind: 'map', value: text }
const pageLimit: NumberShape = { kind: 'number', javaType: 'Integer', bounds: { min: 1 } }
const capacityUnits: NumberShape = { kind: 'number', javaType: 'Long', bounds: { min: 1 } }

function oneOf(...values: readonly string[]): StringShape {
  return { kind: 'string', values }
}

function listOf(element: Shape, min?: number, max?: number): ListShape {
  const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
  return { kind: 'list', element, ...(min !== undefined && { length: bounds }) }
}

function structure(
  name: string,
  members: Readonly<Record<string, Shape>>,
  required: readonly string[] = [],
): StructureShape {
  return { kind: 'structure', name, members, required }
}

const returnConsumedCapacity = oneOf('INDEXES', 'TOTAL', 'NONE')
const returnItemCollectionMetrics = oneOf('SIZE', 'NONE')
const returnValues = oneOf('ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW')
const returnValuesOnFailure = oneOf('ALL_OLD', 'NONE')
const select = oneOf('SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES')
const billingMode = oneOf('PROVISIONED', 'PAY_PER_REQUEST')
const tableClass = oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS')
const attributesToGet = listOf(text, 1, MAX_ATTRIBUTES_TO_GET)

const comparisonOperator = oneOf(
  'IN',
  'NULL',
  'BETWEEN',
  'LT',
  'NOT_CONTAINS',
  'EQ',
  'GT',
  'NOT_NULL',
  'NE',
  'LE',
  'BEGINS_WITH',
  'GE',
  'CONTAINS',
)
const conditionalOperator = oneOf('OR', 'AND')
const attributeValueList = listOf(attributeValue)
/** Conditions of a filter or on a key, by attribute name. */
const attributeConditions: Shape = {
  kind: 'map',
  mayHoldNull: true,
  value: structure('Condition', { AttributeValueList: attributeValueList, ComparisonOperator: comparisonOperator }, [
    'ComparisonOperator',
  ]),
}
const expected: Shape = {
  kind: 'map',
  mayHoldNull: true,
  value: structure('ExpectedAttributeValue', {
    AttributeValueList: attributeValueList,
    ComparisonOperator: comparisonOperator,
    Exists: flag,
    Value: attributeValue,
  }),
}
const attributeUpdates: Shape = {
  kind: 'map',
  mayHoldNull: true,
  value: structure('AttributeValueUpdate', { Action: oneOf('ADD', 'DELETE', 'PUT'), Value: attributeValue }),
}

const provisionedThroughput = structure(
  'ProvisionedThroughput',
  { WriteCapacityUnits: capacityUnits, ReadCapacityUnits: capacityUnits },
  ['WriteCapacityUnits', 'ReadCapacityUnits'],
)

const onDemandThroughput = structure('OnDemandThroughput', {
  MaxReadRequestUnits: { kind: 'number', javaType: 'Long' },
  MaxWriteRequestUnits: { kind: 'number', javaType: 'Long' },
})

const longNumber: NumberShape = { kind: 'number', javaType: 'Long' }
const warmThroughput = structure('WarmThroughput', { ReadUnitsPerSecond: longNumber, WriteUnitsPerSecond: longNumber })
const sseSpecification = structure('SSESpecification', {
  Enabled: flag,
  SSEType: oneOf('AES256', 'KMS'),
  KMSMasterKeyId: { kind: 'string', lengthChars: { min: 1 } },
})
const replica = structure('ReplicationGroupMember', { RegionName: text })

const attributeDefinitions = listOf(
  structure('AttributeDefinition', { AttributeName: attributeName, AttributeType: oneOf('B', 'N', 'S') }, [
    'AttributeName',
    'AttributeType',
  ]),
)

const tags = listOf(structure('Tag', { Key: text, Value: text }))

const keySchemaElement = structure(
  'KeySchemaElement',
  { AttributeName: attributeName, KeyType: oneOf('HASH', 'RANGE') },
  ['AttributeName', 'KeyType'],
)
const tableKeySchema = listOf(keySchemaElement, 1, 2)
const indexKeySchema = listOf(keySchemaElement, 1, 2 * MAX_INDEX_KEY_ATTRIBUTES)

const projection = structure('Projection', {
  ProjectionType: oneOf('ALL', 'INCLUDE', 'KEYS_ONLY'),
  NonKeyAttributes: listOf(attributeName, 1, MAX_NON_KEY_ATTRIBUTES),
})

const localSecondaryIndex = structure(
  'LocalSecondaryIndex',
  { Projection: projection, IndexName: resourceName, KeySchema: tableKeySchema },
  ['Projection', 'IndexName', 'KeySchema'],
)

const globalSecondaryIndexMembers = {
  Projection: projection,
  IndexName: resourceName,
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
  WarmThroughput: warmThroughput,
  KeySchema: indexKeySchema,
}
const globalSecondaryIndexRequired = ['Projection', 'IndexName', 'KeySchema']

const globalSecondaryIndexUpdate = structure('GlobalSecondaryIndexUpdate', {
  Update: structure(
    'UpdateGlobalSecondaryIndexAction',
    {
      IndexName: resourceName,
      ProvisionedThroughput: provisionedThroughput,
      OnDemandThroughput: onDemandThroughput,
      WarmThroughput: warmThroughput,
    },
    ['IndexName'],
  ),
  Create: structure('CreateGlobalSecondaryIndexAction', globalSecondaryIndexMembers, globalSecondaryIndexRequired),
  Delete: structure('DeleteGlobalSecondaryIndexAction', { IndexName: resourceName }, ['IndexName']),
})

const streamSpecification = structure(
  'StreamSpecification',
  {
    StreamEnabled: flag,
    StreamViewType: oneOf('NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'),
  },
  ['StreamEnabled'],
)

/** The parameters of CreateTable. */
export const createTableShape: StructureShape = structure(
  'CreateTableInput',
  {
    AttributeDefinitions: attributeDefinitions,
    TableName: ownTableName,
    BillingMode: billingMode,
    ProvisionedThroughput: provisionedThroughput,
    OnDemandThroughput: onDemandThroughput,
    KeySchema: tableKeySchema,
    LocalSecondaryIndexes: listOf(localSecondaryIndex),
    GlobalSecondaryIndexes: listOf(
      structure('GlobalSecondaryIndex', globalSecondaryIndexMembers, globalSecondaryIndexRequired),
    ),
    StreamSpecification: streamSpecification,
    TableClass: tableClass,
    DeletionProtectionEnabled: flag,
    Tags: tags,
    WarmThroughput: warmThroughput,
    SSESpecification: sseSpecification,
    ResourcePolicy: text,
  },
  ['AttributeDefinitions', 'KeySchema'],
)

/** The parameters of UpdateTable. */
export const updateTableShape: StructureShape = structure('UpdateTableInput', {
  AttributeDefinitions: attributeDefinitions,
  TableName: ownTableName,
  BillingMode: billingMode,
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
  GlobalSecondaryIndexUpdates: listOf(globalSecondaryIndexUpdate),
  StreamSpecification: streamSpecification,
  TableClass: tableClass,
  DeletionProtectionEnabled: flag,
  WarmThroughput: warmThroughput,
  SSESpecification: sseSpecification,
  ReplicaUpdates: listOf(structure('ReplicationGroupUpdate', { Create: replica, Update: replica, Delete: replica })),
})

/** The parameters of DescribeTable. */
export const describeTableShape: StructureShape = structure('DescribeTableInput', { TableName: ownTableName })

/** The parameters of DeleteTable. */
export const deleteTableShape: StructureShape = structure('DeleteTableInput', { TableName: ownTableName })

/** The parameters of ListTables. */
export const listTablesShape: StructureShape = structure('ListTablesInput', {
  ExclusiveStartTableName: resourceName,
  Limit: { kind: 'number', javaType: 'Integer', bounds: { min: 1, max: MAX_LIST_TABLES } },
})

/** The parameters of TagResource. */
export const tagResourceShape: StructureShape = structure('TagResourceInput', { ResourceArn: text, Tags: tags })

/** The parameters of UntagResource. */
export const untagResourceShape: StructureShape = structure('UntagResourceInput', {
  ResourceArn: text,
  TagKeys: listOf(text),
})

/** The parameters of ListTagsOfResource. */
export const listTagsOfResourceShape: StructureShape = structure('ListTagsOfResourceInput', {
  ResourceArn: text,
  NextToken: text,
})

/** The parameters of DescribeLimits: none. */
export const describeLimitsShape: StructureShape = structure('DescribeLimitsInput', {})

/** The parameters of DescribeEndpoints: none. */
export const describeEndpointsShape: StructureShape = structure('DescribeEndpointsRequest', {})

/** The parameters of UpdateTimeToLive. */
export const updateTimeToLiveShape: StructureShape = structure(
  'UpdateTimeToLiveInput',
  {
    TableName: ownTableName,
    TimeToLiveSpecification: structure(
      'TimeToLiveSpecification',
      { AttributeName: { kind: 'string', lengthChars: { min: 1, max: MAX_TIME_TO_LIVE_NAME_CHARS } }, Enabled: flag },
      ['AttributeName', 'Enabled'],
    ),
  },
  ['TimeToLiveSpecification'],
)

/** The parameters of DescribeTimeToLive. */
export const describeTimeToLiveShape: StructureShape = structure('DescribeTimeToLiveInput', {
  TableName: ownTableName,
})

/** The parameters of PutItem. */
export const putItemShape: StructureShape = structure(
  'PutItemInput',
  {
    ReturnConsumedCapacity: returnConsumedCapacity,
    TableName: tableName,
    Item: attributes,
    ConditionalOperator: conditionalOperator,
    Expected: expected,
    ReturnValues: returnValues,
    ReturnItemCollectionMetrics: returnItemCollectionMetrics,
    ConditionExpression: text,
    ExpressionAttributeValues: attributes,
    ExpressionAttributeNames: nameMap,
    ReturnValuesOnConditionCheckFailure: returnValuesOnFailure,
  },
  ['TableName', 'Item'],
)

/** The parameters of UpdateItem. */
export const updateItemShape: StructureShape = structure(
  'UpdateItemInput',
  {
    TableName: tableName,
    ReturnValues: returnValues,
    ReturnItemCollectionMetrics: returnItemCollectionMetrics,
    ReturnConsumedCapacity: returnConsumedCapacity,
    Key: attributes,
    ConditionalOperator: conditionalOperator,
    Expected: expected,
    AttributeUpdates: attributeUpdates,
    UpdateExpression: text,
    ConditionExpression: text,
    ExpressionAttributeValues: attributes,
    ExpressionAttributeNames: nameMap,
    ReturnValuesOnConditionCheckFailure: returnValuesOnFailure,
  },
  ['TableName', 'Key'],
)

/** The parameters of DeleteItem. */
export const deleteItemShape: StructureShape = structure(
  'DeleteItemInput',
  {
    TableName: tableName,
    ReturnValues: returnValues,
    ReturnItemCollectionMetrics: returnItemCollectionMetrics,
    ReturnConsumedCapacity: returnConsumedCapacity,
    Key: attributes,
    ConditionalOperator: conditionalOperator,
    Expected: expected,
    ConditionExpression: text,
    ExpressionAttributeValues: attributes,
    ExpressionAttributeNames: nameMap,
    ReturnValuesOnConditionCheckFailure: returnValuesOnFailure,
  },
  ['TableName', 'Key'],
)

/** The parameters of GetItem. */
export const getItemShape: StructureShape = structure(
  'GetItemInput',
  {
    ReturnConsumedCapacity: returnConsumedCapacity,
    AttributesToGet: attributesToGet,
    TableName: tableName,
    Key: attributes,
    ConsistentRead: flag,
    ProjectionExpression: text,
    ExpressionAttributeNames: nameMap,
  },
  ['TableName', 'Key'],
)

const readPageMembers = {
  Limit: pageLimit,
  ExclusiveStartKey: attributes,
  ReturnConsumedCapacity: returnConsumedCapacity,
  AttributesToGet: attributesToGet,
  Select: select,
  TableName: tableName,
  ConsistentRead: flag,
  IndexName: resourceName,
  ConditionalOperator: conditionalOperator,
  FilterExpression: text,
  ProjectionExpression: text,
  ExpressionAttributeValues: attributes,
  ExpressionAttributeNames: nameMap,
}

/** The parameters of Query. */
export const queryShape: StructureShape = structure(
  'QueryInput',
  {
    ...readPageMembers,
    QueryFilter: attributeConditions,
    KeyConditions: attributeConditions,
    ScanIndexForward: flag,
    KeyConditionExpression: text,
  },
  ['TableName'],
)

/** The parameters of Scan. */
export const scanShape: StructureShape = structure(
  'ScanInput',
  {
    ...readPageMembers,
    ScanFilter: attributeConditions,
    Segment: { kind: 'number', javaType: 'Integer', bounds: { min: 0, max: MAX_SCAN_SEGMENTS - 1 } },
    TotalSegments: { kind: 'number', javaType: 'Integer', bounds: { min: 1, max: MAX_SCAN_SEGMENTS } },
  },
  ['TableName'],
)

/** The parameters of BatchGetItem. */
export const batchGetItemShape: StructureShape = structure(
  'BatchGetItemInput',
  {
    ReturnConsumedCapacity: returnConsumedCapacity,
    RequestItems: {
      kind: 'map',
      length: { min: 1, max: MAX_BATCH_GET_ITEMS },
      keys: tableNames,
      value: structure(
        'KeysAndAttributes',
        {
          Keys: listOf(attributes, 1, MAX_BATCH_GET_ITEMS),
          AttributesToGet: attributesToGet,
          ConsistentRead: flag,
          ProjectionExpression: text,
          ExpressionAttributeNames: nameMap,
        },
        ['Keys'],
      ),
    },
  },
  ['RequestItems'],
)

/** The parameters of BatchWriteItem. */
export const batchWriteItemShape: StructureShape = structure(
  'BatchWriteItemInput',
  {
    ReturnConsumedCapacity: returnConsumedCapacity,
    ReturnItemCollectionMetrics: returnItemCollectionMetrics,
    RequestItems: {
      kind: 'map',
      length: { min: 1, max: MAX_BATCH_WRITE_ITEMS },
      keys: tableNames,
      valueLength: { min: 1, max: MAX_BATCH_WRITE_ITEMS },
      value: listOf(
        structure('WriteRequest', {
          DeleteRequest: structure('DeleteRequest', { Key: attributes }, ['Key']),
          PutRequest: structure('PutRequest', { Item: attributes }, ['Item']),
        }),
      ),
    },
  },
  ['RequestItems'],
)

const transactWriteReport = { ReturnValuesOnConditionCheckFailure: returnValuesOnFailure, TableName: tableName }
const transactExpressions = {
  ConditionExpression: text,
  ExpressionAttributeValues: attributes,
  ExpressionAttributeNames: nameMap,
}

/** What each kind of action of a transaction may have. */
export const transactActionShapes: {
  readonly [Kind in 'ConditionCheck' | 'Put' | 'Delete' | 'Update']: StructureShape
} = {
  ConditionCheck: structure('ConditionCheck', { ...transactWriteReport, Key: attributes, ...transactExpressions }, [
    'TableName',
    'Key',
    'ConditionExpression',
  ]),
  Put: structure('Put', { ...transactWriteReport, Item: attributes, ...transactExpressions }, ['TableName', 'Item']),
  Delete: structure('Delete', { ...transactWriteReport, Key: attributes, ...transactExpressions }, [
    'TableName',
    'Key',
  ]),
  Update: structure(
    'Update',
    { ...transactWriteReport, Key: attributes, UpdateExpression: text, ...transactExpressions },
    ['TableName', 'Key', 'UpdateExpression'],
  ),
}

/** The parameters of TransactWriteItems. */
export const transactWriteItemsShape: StructureShape = structure(
  'TransactWriteItemsInput',
  {
    ClientRequestToken: { kind: 'string', lengthChars: { min: 1, max: MAX_REQUEST_TOKEN_CHARS } },
    ReturnConsumedCapacity: returnConsumedCapacity,
    ReturnItemCollectionMetrics: returnItemCollectionMetrics,
    TransactItems: listOf(structure('TransactWriteItem', transactActionShapes), 1, MAX_TRANSACTION_ITEMS),
  },
  ['TransactItems'],
)

/** The parameters of TransactGetItems. */
export const transactGetItemsShape: StructureShape = structure(
  'TransactGetItemsInput',
  {
    ReturnConsumedCapacity: returnConsumedCapacity,
    TransactItems: listOf(
      structure(
        'TransactGetItem',
        {
          Get: structure(
            'Get',
            { TableName: tableName, Key: attributes, ProjectionExpression: text, ExpressionAttributeNames: nameMap },
            ['TableName', 'Key'],
          ),
        },
        ['Get'],
      ),
      1,
      MAX_TRANSACTION_ITEMS,
    ),
  },
  ['TransactItems'],
)

const parameterizedStatement = {
  Statement: { kind: 'string', lengthChars: { min: 1, max: MAX_STATEMENT_CHARS } },
  Parameters: listOf({ kind: 'attribute-value' }, 1),
  ReturnValuesOnConditionCheckFailure: returnValuesOnFailure,
} satisfies Readonly<Record<string, Shape>>

/** The parameters of ExecuteStatement. */
export const executeStatementShape: StructureShape = structure(
  'ExecuteStatementInput',
  {
    ...parameterizedStatement,
    ConsistentRead: flag,
    NextToken: { kind: 'string', lengthChars: { min: 1, max: MAX_NEXT_TOKEN_CHARS } },
    ReturnConsumedCapacity: returnConsumedCapacity,
    Limit: pageLimit,
  },
  ['Statement'],
)

/** The parameters of BatchExecuteStatement. */
export const batchExecuteStatementShape: StructureShape = structure(
  'BatchExecuteStatementInput',
  {
    Statements: listOf(
      structure('BatchStatementRequest', { ...parameterizedStatement, ConsistentRead: flag }, ['Statement']),
      1,
      MAX_BATCH_STATEMENTS,
    ),
    ReturnConsumedCapacity: returnConsumedCapacity,
  },
  ['Statements'],
)

/** The parameters of ExecuteTransaction. */
export const executeTransactionShape: StructureShape = structure(
  'ExecuteTransactionInput',
  {
    TransactStatements: listOf(
      structure('ParameterizedStatement', parameterizedStatement, ['Statement']),
      1,
      MAX_TRANSACTION_ITEMS,
    ),
    ClientRequestToken: { kind: 'string', lengthChars: { min: 1, max: MAX_REQUEST_TOKEN_CHARS } },
    ReturnConsumedCapacity: returnConsumedCapacity,
  },
  ['TransactStatements'],
)

const streamArn: StringShape = { kind: 'string', lengthChars: { min: MIN_STREAM_ARN_CHARS, max: MAX_STREAM_ARN_CHARS } }
const shardId: StringShape = { kind: 'string', lengthChars: { min: MIN_SHARD_ID_CHARS, max: MAX_SHARD_ID_CHARS } }
const listLimit: NumberShape = { kind: 'number', javaType: 'Integer', bounds: { min: 1, max: MAX_LIST_STREAMS } }

/** The parameters of ListStreams. */
export const listStreamsShape: StructureShape = structure('ListStreamsInput', {
  TableName: tableName,
  Limit: listLimit,
  ExclusiveStartStreamArn: streamArn,
})

/** The parameters of DescribeStream. */
export const describeStreamShape: StructureShape = structure(
  'DescribeStreamInput',
  {
    StreamArn: streamArn,
    Limit: listLimit,
    ExclusiveStartShardId: shardId,
    ShardFilter: structure('ShardFilter', { Type: oneOf('CHILD_SHARDS'), ShardId: shardId }),
  },
  ['StreamArn'],
)

/** The parameters of GetShardIterator. */
export const getShardIteratorShape: StructureShape = structure(
  'GetShardIteratorInput',
  {
    StreamArn: streamArn,
    ShardId: shardId,
    ShardIteratorType: oneOf('AFTER_SEQUENCE_NUMBER', 'LATEST', 'AT_SEQUENCE_NUMBER', 'TRIM_HORIZON'),
    SequenceNumber: {
      kind: 'string',
      lengthChars: { min: MIN_SEQUENCE_NUMBER_CHARS, max: MAX_SEQUENCE_NUMBER_CHARS },
    },
  },
  ['StreamArn', 'ShardId', 'ShardIteratorType'],
)

/** The parameters of GetRecords. */
export const getRecordsShape: StructureShape = structure(
  'GetRecordsInput',
  {
    ShardIterator: { kind: 'string', lengthChars: { min: 1, max: MAX_SHARD_ITERATOR_CHARS } },
    Limit: { kind: 'number', javaType: 'Integer', bounds: { min: 1, max: MAX_STREAM_RECORDS } },
  },
  ['ShardIterator'],
)
