// Inputs and outputs of the operations, in DynamoDB's own shapes. Dates are Date and binary values Uint8Array, as the
// AWS SDK has them. Wherever the API takes an item or a key, a PackedItem (canonical already, from the page) is taken too;
// `Row` is what outputs hold in place of an item: a plain Item, or a PackedItem when the caller asks for packed rows.

import type { AttributeValue, Item, Key } from './attribute-value.ts'
import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
  ProvisionedThroughput,
} from './key-schema.ts'
import type { PackedItem } from './packed-item.ts'
import type {
  DescribeStreamInput,
  DescribeStreamOutput,
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListStreamsInput,
  ListStreamsOutput,
  StreamSpecification,
} from './stream-operations.ts'

/** Whether a table has capacity of its own or is paid by the request. */
export type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST'
/** How a table's storage is paid. */
export type TableClass = 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS'
/** What a table is doing; it answers requests while it is UPDATING. */
export type TableStatus = 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE'
/** What a global index is doing; it can be read while it is not CREATING. */
export type IndexStatus = 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE'
/** Whether an answer tells the capacity units used: in all, or for each index too. */
export type ReturnConsumedCapacity = 'INDEXES' | 'TOTAL' | 'NONE'
/** Whether an answer tells the size of the item collections written to. */
export type ReturnItemCollectionMetrics = 'SIZE' | 'NONE'
/** Which attributes a write answers: those before it or after it, all or only those that it names. */
export type ReturnValue = 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW'
/** Whether a failed condition brings the item that failed it. */
export type ReturnValuesOnConditionCheckFailure = 'ALL_OLD' | 'NONE'
/** What a page lists. */
export type Select = 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT'

/** Units of one table or index. */
export interface Capacity {
  readonly CapacityUnits: number
  /** Only transactions tell what was read and what was written. */
  readonly ReadCapacityUnits?: number
  readonly WriteCapacityUnits?: number
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html */
export interface ConsumedCapacity extends Capacity {
  readonly TableName: string
  readonly Table?: Capacity
  readonly LocalSecondaryIndexes?: Readonly<Record<string, Capacity>>
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, Capacity>>
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html */
export interface ItemCollectionMetrics {
  readonly ItemCollectionKey: Key
  /** Gigabytes: the size lies between the two. */
  readonly SizeEstimateRangeGB: readonly [number, number]
}

/** An expression's placeholders for names. */
export type ExpressionAttributeNames = Readonly<Record<string, string>>

/** An expression's placeholders for values. */
export type ExpressionAttributeValues = Readonly<Record<string, AttributeValue>>

/** The most that a table or index paid by the request may use a second; -1 for no bound. */
export interface OnDemandThroughput {
  readonly MaxReadRequestUnits?: number
  readonly MaxWriteRequestUnits?: number
}

/** Units a second that a table or index is to be ready for at once. */
export interface WarmThroughput {
  readonly ReadUnitsPerSecond?: number
  readonly WriteUnitsPerSecond?: number
}

/** What a table or index is ready for. */
export interface WarmThroughputDescription {
  readonly ReadUnitsPerSecond: number
  readonly WriteUnitsPerSecond: number
  readonly Status: 'ACTIVE'
}

/** With which key a table is encrypted; `Enabled: false` is the default of the service's own key. */
export interface SSESpecification {
  readonly Enabled?: boolean
  readonly SSEType?: 'AES256' | 'KMS'
  readonly KMSMasterKeyId?: string
}

/** A copy of a table in another region: refused, as there is none. */
export interface ReplicationGroupUpdate {
  readonly Create?: { readonly RegionName?: string }
  readonly Update?: { readonly RegionName?: string }
  readonly Delete?: { readonly RegionName?: string }
}

/** Throughput and when it last changed. */
export interface ProvisionedThroughputDescription extends ProvisionedThroughput {
  readonly LastIncreaseDateTime?: Date
  readonly LastDecreaseDateTime?: Date
  readonly NumberOfDecreasesToday: number
}

/** How a table is paid, and since when by the request. */
export interface BillingModeSummary {
  readonly BillingMode: BillingMode
  readonly LastUpdateToPayPerRequestDateTime?: Date
}

/** A local index as it is. */
export interface LocalSecondaryIndexDescription extends LocalSecondaryIndex {
  readonly IndexArn: string
  readonly IndexSizeBytes: number
  readonly ItemCount: number
}

/** A global index as it is. */
export interface GlobalSecondaryIndexDescription extends LocalSecondaryIndexDescription {
  readonly IndexStatus: IndexStatus
  /** True while items that were there before the index are being added to it. */
  readonly Backfilling?: boolean
  readonly ProvisionedThroughput: ProvisionedThroughputDescription
  readonly OnDemandThroughput?: OnDemandThroughput
  /** There when more was asked for than the table has anyway. */
  readonly WarmThroughput?: WarmThroughputDescription
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html */
export interface TableDescription {
  readonly AttributeDefinitions: readonly AttributeDefinition[]
  readonly TableName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly TableStatus: TableStatus
  readonly CreationDateTime: Date
  readonly ProvisionedThroughput: ProvisionedThroughputDescription
  readonly TableSizeBytes: number
  readonly ItemCount: number
  readonly TableArn: string
  readonly TableId: string
  readonly BillingModeSummary?: BillingModeSummary
  readonly LocalSecondaryIndexes?: readonly LocalSecondaryIndexDescription[]
  readonly GlobalSecondaryIndexes?: readonly GlobalSecondaryIndexDescription[]
  readonly TableClassSummary?: { readonly TableClass: TableClass; readonly LastUpdateDateTime?: Date }
  readonly OnDemandThroughput?: OnDemandThroughput
  /** There when more was asked for than the table has anyway. */
  readonly WarmThroughput?: WarmThroughputDescription
  readonly DeletionProtectionEnabled: boolean
  /** Of a table whose stream takes records. */
  readonly StreamSpecification?: StreamSpecification
  /** Of the stream that the table has, or had last. */
  readonly LatestStreamLabel?: string
  readonly LatestStreamArn?: string
}

/** A global index to make with a table. */
export interface GlobalSecondaryIndexInput extends GlobalSecondaryIndex {
  readonly OnDemandThroughput?: OnDemandThroughput
  readonly WarmThroughput?: WarmThroughput
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export interface CreateTableInput {
  readonly TableName: string
  readonly AttributeDefinitions: readonly AttributeDefinition[]
  readonly KeySchema: readonly KeySchemaElement[]
  readonly LocalSecondaryIndexes?: readonly LocalSecondaryIndex[]
  readonly GlobalSecondaryIndexes?: readonly GlobalSecondaryIndexInput[]
  readonly BillingMode?: BillingMode
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly OnDemandThroughput?: OnDemandThroughput
  readonly StreamSpecification?: StreamSpecification
  readonly TableClass?: TableClass
  readonly DeletionProtectionEnabled?: boolean
  readonly Tags?: readonly Tag[]
  readonly WarmThroughput?: WarmThroughput
  readonly SSESpecification?: SSESpecification
  /** Refused: there is nobody whom a policy could let in. */
  readonly ResourcePolicy?: string
}

/** What CreateTable answers: the table, ready to use. */
export interface CreateTableOutput {
  readonly TableDescription: TableDescription
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
export interface DescribeTableInput {
  readonly TableName: string
}

/** What DescribeTable answers. */
export interface DescribeTableOutput {
  readonly Table: TableDescription
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html */
export interface ListTablesInput {
  readonly ExclusiveStartTableName?: string
  /** 1 to 100. */
  readonly Limit?: number
}

/** What ListTables answers: names in the order of their bytes. */
export interface ListTablesOutput {
  readonly TableNames: readonly string[]
  readonly LastEvaluatedTableName?: string
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html */
export interface DeleteTableInput {
  readonly TableName: string
}

/** What DeleteTable answers: the table as it was. */
export interface DeleteTableOutput {
  readonly TableDescription: TableDescription
}

/** A global index to add to a table. */
export interface CreateGlobalSecondaryIndexAction {
  readonly IndexName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Projection: Projection
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly OnDemandThroughput?: OnDemandThroughput
  readonly WarmThroughput?: WarmThroughput
}

/** New throughput for a global index. */
export interface UpdateGlobalSecondaryIndexAction {
  readonly IndexName: string
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly OnDemandThroughput?: OnDemandThroughput
  readonly WarmThroughput?: WarmThroughput
}

/** Exactly one member is set. */
export interface GlobalSecondaryIndexUpdate {
  readonly Create?: CreateGlobalSecondaryIndexAction
  readonly Update?: UpdateGlobalSecondaryIndexAction
  readonly Delete?: { readonly IndexName: string }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html */
export interface UpdateTableInput {
  readonly TableName: string
  readonly AttributeDefinitions?: readonly AttributeDefinition[]
  readonly BillingMode?: BillingMode
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly OnDemandThroughput?: OnDemandThroughput
  readonly GlobalSecondaryIndexUpdates?: readonly GlobalSecondaryIndexUpdate[]
  readonly StreamSpecification?: StreamSpecification
  readonly TableClass?: TableClass
  readonly DeletionProtectionEnabled?: boolean
  readonly WarmThroughput?: WarmThroughput
  readonly SSESpecification?: SSESpecification
  readonly ReplicaUpdates?: readonly ReplicationGroupUpdate[]
}

/** What UpdateTable answers: the table as it is now. */
export interface UpdateTableOutput {
  readonly TableDescription: TableDescription
}

/** A label of a table. */
export interface Tag {
  /** 1 to 128 characters, not beginning with `aws:`. */
  readonly Key: string
  /** Up to 256 characters. */
  readonly Value: string
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html */
export interface TagResourceInput {
  /** Of a table. */
  readonly ResourceArn: string
  readonly Tags: readonly Tag[]
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html */
export interface UntagResourceInput {
  /** Of a table. */
  readonly ResourceArn: string
  readonly TagKeys: readonly string[]
}

/** What TagResource and UntagResource answer: nothing. */
export type TagResourceOutput = Readonly<Record<never, never>>

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html */
export interface ListTagsOfResourceInput {
  /** Of a table. */
  readonly ResourceArn: string
  /** There never is one: a table has no more tags than one answer holds. */
  readonly NextToken?: string
}

/** What ListTagsOfResource answers. */
export interface ListTagsOfResourceOutput {
  readonly Tags: readonly Tag[]
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html */
export type DescribeLimitsInput = Readonly<Record<never, never>>

/** What DescribeLimits answers: capacity units. */
export interface DescribeLimitsOutput {
  readonly AccountMaxReadCapacityUnits: number
  readonly AccountMaxWriteCapacityUnits: number
  readonly TableMaxReadCapacityUnits: number
  readonly TableMaxWriteCapacityUnits: number
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html */
export type DescribeEndpointsInput = Readonly<Record<never, never>>

/** What DescribeEndpoints answers. */
export interface DescribeEndpointsOutput {
  readonly Endpoints: readonly { readonly Address: string; readonly CachePeriodInMinutes: number }[]
}

/** Whether items of a table expire, and by which attribute. */
export interface TimeToLiveSpecification {
  readonly Enabled: boolean
  /** 1 to 255 characters. */
  readonly AttributeName: string
}

/** What a table's time to live is doing; `ENABLING` while the items that were there before are being looked through. */
export type TimeToLiveStatus = 'ENABLING' | 'DISABLING' | 'ENABLED' | 'DISABLED'

/** A table's time to live as it is. */
export interface TimeToLiveDescription {
  readonly TimeToLiveStatus: TimeToLiveStatus
  /** Not there while it is disabled. */
  readonly AttributeName?: string
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html */
export interface UpdateTimeToLiveInput {
  readonly TableName: string
  readonly TimeToLiveSpecification: TimeToLiveSpecification
}

/** What UpdateTimeToLive answers: what was asked for. */
export interface UpdateTimeToLiveOutput {
  readonly TimeToLiveSpecification: TimeToLiveSpecification
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html */
export interface DescribeTimeToLiveInput {
  readonly TableName: string
}

/** What DescribeTimeToLive answers. */
export interface DescribeTimeToLiveOutput {
  readonly TimeToLiveDescription: TimeToLiveDescription
}

/** A condition on the item as it is before the write. */
export interface ConditionInput {
  readonly ConditionExpression?: string
  readonly ExpressionAttributeNames?: ExpressionAttributeNames
  readonly ExpressionAttributeValues?: ExpressionAttributeValues
  readonly ReturnValuesOnConditionCheckFailure?: ReturnValuesOnConditionCheckFailure
}

/** How attributes are compared in parameters of before there were expressions. */
export type ComparisonOperator =
  | 'EQ'
  | 'NE'
  | 'IN'
  | 'LE'
  | 'LT'
  | 'GE'
  | 'GT'
  | 'BETWEEN'
  | 'NOT_NULL'
  | 'NULL'
  | 'CONTAINS'
  | 'NOT_CONTAINS'
  | 'BEGINS_WITH'

/** How several conditions of before there were expressions are joined. */
export type ConditionalOperator = 'AND' | 'OR'

/** A condition on one attribute: the API calls it Condition. */
export interface AttributeConditionInput {
  readonly ComparisonOperator: ComparisonOperator
  readonly AttributeValueList?: readonly AttributeValue[]
}

/** What a write expects of one attribute: a comparison, or a value or none. */
export interface ExpectedAttributeValue {
  readonly Value?: AttributeValue
  readonly Exists?: boolean
  readonly ComparisonOperator?: ComparisonOperator
  readonly AttributeValueList?: readonly AttributeValue[]
}

/** What UpdateItem does to one attribute; PUT by default. */
export interface AttributeValueUpdate {
  readonly Action?: 'PUT' | 'ADD' | 'DELETE'
  readonly Value?: AttributeValue
}

/** A condition on the item as it is before the write, of before there were expressions. */
export interface ExpectedInput {
  readonly Expected?: Readonly<Record<string, ExpectedAttributeValue>>
  readonly ConditionalOperator?: ConditionalOperator
}

/** What a single write may ask to know beside its effect. */
export interface WriteReportInput {
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
  readonly ReturnItemCollectionMetrics?: ReturnItemCollectionMetrics
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export interface PutItemInput extends ConditionInput, ExpectedInput, WriteReportInput {
  readonly TableName: string
  readonly Item: Item | PackedItem
  readonly ReturnValues?: 'NONE' | 'ALL_OLD'
}

/** What PutItem, UpdateItem and DeleteItem answer. */
export interface WriteItemOutput<Row = Item> {
  readonly Attributes?: Row
  readonly ConsumedCapacity?: ConsumedCapacity
  readonly ItemCollectionMetrics?: ItemCollectionMetrics
}

/** What PutItem answers. */
export type PutItemOutput<Row = Item> = WriteItemOutput<Row>

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export interface UpdateItemInput extends ConditionInput, ExpectedInput, WriteReportInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly UpdateExpression?: string
  readonly AttributeUpdates?: Readonly<Record<string, AttributeValueUpdate>>
  readonly ReturnValues?: ReturnValue
}

/** What UpdateItem answers. */
export type UpdateItemOutput<Row = Item> = WriteItemOutput<Row>

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export interface DeleteItemInput extends ConditionInput, ExpectedInput, WriteReportInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly ReturnValues?: 'NONE' | 'ALL_OLD'
}

/** What DeleteItem answers. */
export type DeleteItemOutput<Row = Item> = WriteItemOutput<Row>

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export interface GetItemInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly ConsistentRead?: boolean
  readonly ProjectionExpression?: string
  readonly AttributesToGet?: readonly string[]
  readonly ExpressionAttributeNames?: ExpressionAttributeNames
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

/** What GetItem answers. */
export interface GetItemOutput<Row = Item> {
  readonly Item?: Row
  readonly ConsumedCapacity?: ConsumedCapacity
}

/** What Query and Scan have in common. */
export interface ReadPageInput {
  readonly TableName: string
  readonly IndexName?: string
  readonly Select?: Select
  readonly AttributesToGet?: readonly string[]
  /** The most items to look at, 1 or more; the page may end earlier, at 1 MB. */
  readonly Limit?: number
  readonly ConsistentRead?: boolean
  readonly ExclusiveStartKey?: Key | PackedItem
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
  readonly ProjectionExpression?: string
  readonly FilterExpression?: string
  readonly ExpressionAttributeNames?: ExpressionAttributeNames
  readonly ExpressionAttributeValues?: ExpressionAttributeValues
  /** How the conditions of QueryFilter or ScanFilter are joined; AND by default. */
  readonly ConditionalOperator?: ConditionalOperator
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export interface QueryInput extends ReadPageInput {
  /** This or KeyConditions has to be there. */
  readonly KeyConditionExpression?: string
  readonly KeyConditions?: Readonly<Record<string, AttributeConditionInput>>
  readonly QueryFilter?: Readonly<Record<string, AttributeConditionInput>>
  /** Default true. */
  readonly ScanIndexForward?: boolean
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export interface ScanInput extends ReadPageInput {
  readonly ScanFilter?: Readonly<Record<string, AttributeConditionInput>>
  /** 0 to `TotalSegments` - 1. */
  readonly Segment?: number
  /** 1 to 1,000,000. */
  readonly TotalSegments?: number
}

/** What Query and Scan answer. */
export interface ReadPageOutput<Row = Item> {
  readonly Items?: readonly Row[]
  readonly Count: number
  readonly ScannedCount: number
  readonly LastEvaluatedKey?: Key
  readonly ConsumedCapacity?: ConsumedCapacity
}

/** What Query answers. */
export type QueryOutput<Row = Item> = ReadPageOutput<Row>
/** What Scan answers. */
export type ScanOutput<Row = Item> = ReadPageOutput<Row>

/** The items that BatchGetItem reads from one table. */
export interface KeysAndAttributes {
  readonly Keys: readonly (Key | PackedItem)[]
  readonly ConsistentRead?: boolean
  readonly ProjectionExpression?: string
  readonly AttributesToGet?: readonly string[]
  readonly ExpressionAttributeNames?: ExpressionAttributeNames
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export interface BatchGetItemInput {
  readonly RequestItems: Readonly<Record<string, KeysAndAttributes>>
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

/** What BatchGetItem answers. */
export interface BatchGetItemOutput<Row = Item> {
  readonly Responses: Readonly<Record<string, readonly Row[]>>
  /** What did not fit into the 16 MB of one answer, ready to be sent again. */
  readonly UnprocessedKeys: Readonly<Record<string, KeysAndAttributes>>
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** Exactly one member is set. */
export interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item | PackedItem }
  readonly DeleteRequest?: { readonly Key: Key | PackedItem }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export interface BatchWriteItemInput extends WriteReportInput {
  readonly RequestItems: Readonly<Record<string, readonly WriteRequest[]>>
}

/** What BatchWriteItem answers. */
export interface BatchWriteItemOutput {
  /** Always empty: one call is one commit, all of it or nothing. */
  readonly UnprocessedItems: Readonly<Record<string, readonly WriteRequest[]>>
  readonly ItemCollectionMetrics?: Readonly<Record<string, readonly ItemCollectionMetrics[]>>
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** An action of a transaction that changes nothing: its condition has to hold. */
export interface ConditionCheckInput extends ConditionInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly ConditionExpression: string
}

/** An action of a transaction that sets a whole item. */
export interface TransactPut extends ConditionInput {
  readonly TableName: string
  readonly Item: Item | PackedItem
}

/** An action of a transaction that changes attributes of an item, or makes it. */
export interface TransactUpdate extends ConditionInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly UpdateExpression: string
}

/** An action of a transaction that removes an item. */
export interface TransactDelete extends ConditionInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
}

/** Exactly one member is set. */
export interface TransactWriteItem {
  readonly ConditionCheck?: ConditionCheckInput
  readonly Put?: TransactPut
  readonly Update?: TransactUpdate
  readonly Delete?: TransactDelete
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export interface TransactWriteItemsInput extends WriteReportInput {
  /** 1 to 100 actions, no two of them on one item. */
  readonly TransactItems: readonly TransactWriteItem[]
  /** 1 to 36 characters: for ten minutes the same request with the same token has no further effect. */
  readonly ClientRequestToken?: string
}

/** What TransactWriteItems answers. */
export interface TransactWriteItemsOutput {
  readonly ItemCollectionMetrics?: Readonly<Record<string, readonly ItemCollectionMetrics[]>>
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** One read of a transaction. */
export interface TransactGet {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeNames?: ExpressionAttributeNames
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html */
export interface TransactGetItemsInput {
  /** 1 to 100 reads, no two of them of one item. */
  readonly TransactItems: readonly { readonly Get: TransactGet }[]
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

/** What TransactGetItems answers: one response for each read, in their order; without an item where there is none. */
export interface TransactGetItemsOutput<Row = Item> {
  readonly Responses: readonly { readonly Item?: Row }[]
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** A PartiQL statement and the values of its `?`. */
export interface ParameterizedStatement {
  readonly Statement: string
  readonly Parameters?: readonly AttributeValue[]
  readonly ReturnValuesOnConditionCheckFailure?: ReturnValuesOnConditionCheckFailure
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html */
export interface ExecuteStatementInput extends ParameterizedStatement {
  readonly ConsistentRead?: boolean
  /** Where the page before this one ended, of the same statement with the same parameters. */
  readonly NextToken?: string
  /** The most items to look at, 1 or more; the page may end earlier, at 1 MB. */
  readonly Limit?: number
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

/** What ExecuteStatement answers. */
export interface ExecuteStatementOutput<Row = Item> {
  /** What a SELECT has found, or what a write returns; empty for other writes. */
  readonly Items: readonly Row[]
  readonly NextToken?: string
  readonly ConsumedCapacity?: ConsumedCapacity
}

/** A statement of a batch. */
export interface BatchStatementRequest extends ParameterizedStatement {
  readonly ConsistentRead?: boolean
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
export interface BatchExecuteStatementInput {
  /** 1 to 25, all of which read or all of which write, no two of them about one item. */
  readonly Statements: readonly BatchStatementRequest[]
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

/** Why a statement of a batch failed. */
export interface BatchStatementError {
  readonly Code: 'ConditionalCheckFailed' | 'DuplicateItem' | 'ResourceNotFound' | 'ValidationError'
  readonly Message: string
  readonly Item?: Item
}

/** What became of a statement of a batch. */
export interface BatchStatementResponse<Row = Item> {
  readonly Error?: BatchStatementError
  /** Not there when the statement could not be understood. */
  readonly TableName?: string
  readonly Item?: Row
}

/** What BatchExecuteStatement answers: a response for each statement, in their order. */
export interface BatchExecuteStatementOutput<Row = Item> {
  readonly Responses: readonly BatchStatementResponse<Row>[]
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html */
export interface ExecuteTransactionInput {
  /** 1 to 100, all of which read or all of which write, no two of them about one item. */
  readonly TransactStatements: readonly ParameterizedStatement[]
  /** 1 to 36 characters: for ten minutes the same request with the same token has no further effect. */
  readonly ClientRequestToken?: string
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
}

/** What ExecuteTransaction answers: of reads one response for each, without an item where there is none. */
export interface ExecuteTransactionOutput<Row = Item> {
  readonly Responses: readonly { readonly Item?: Row }[]
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** Every operation the engine answers, with its input and its output. */
export interface OperationTypes {
  readonly BatchExecuteStatement: {
    readonly input: BatchExecuteStatementInput
    readonly output: BatchExecuteStatementOutput
  }
  readonly BatchGetItem: { readonly input: BatchGetItemInput; readonly output: BatchGetItemOutput }
  readonly BatchWriteItem: { readonly input: BatchWriteItemInput; readonly output: BatchWriteItemOutput }
  readonly CreateTable: { readonly input: CreateTableInput; readonly output: CreateTableOutput }
  readonly DeleteItem: { readonly input: DeleteItemInput; readonly output: DeleteItemOutput }
  readonly DeleteTable: { readonly input: DeleteTableInput; readonly output: DeleteTableOutput }
  readonly DescribeStream: { readonly input: DescribeStreamInput; readonly output: DescribeStreamOutput }
  readonly DescribeTable: { readonly input: DescribeTableInput; readonly output: DescribeTableOutput }
  readonly DescribeEndpoints: { readonly input: DescribeEndpointsInput; readonly output: DescribeEndpointsOutput }
  readonly DescribeLimits: { readonly input: DescribeLimitsInput; readonly output: DescribeLimitsOutput }
  readonly DescribeTimeToLive: { readonly input: DescribeTimeToLiveInput; readonly output: DescribeTimeToLiveOutput }
  readonly ExecuteStatement: { readonly input: ExecuteStatementInput; readonly output: ExecuteStatementOutput }
  readonly ExecuteTransaction: { readonly input: ExecuteTransactionInput; readonly output: ExecuteTransactionOutput }
  readonly GetItem: { readonly input: GetItemInput; readonly output: GetItemOutput }
  readonly GetRecords: { readonly input: GetRecordsInput; readonly output: GetRecordsOutput }
  readonly GetShardIterator: { readonly input: GetShardIteratorInput; readonly output: GetShardIteratorOutput }
  readonly ListStreams: { readonly input: ListStreamsInput; readonly output: ListStreamsOutput }
  readonly ListTables: { readonly input: ListTablesInput; readonly output: ListTablesOutput }
  readonly PutItem: { readonly input: PutItemInput; readonly output: PutItemOutput }
  readonly Query: { readonly input: QueryInput; readonly output: QueryOutput }
  readonly Scan: { readonly input: ScanInput; readonly output: ScanOutput }
  readonly TransactGetItems: { readonly input: TransactGetItemsInput; readonly output: TransactGetItemsOutput }
  readonly TransactWriteItems: { readonly input: TransactWriteItemsInput; readonly output: TransactWriteItemsOutput }
  readonly UpdateItem: { readonly input: UpdateItemInput; readonly output: UpdateItemOutput }
  readonly UpdateTable: { readonly input: UpdateTableInput; readonly output: UpdateTableOutput }
  readonly ListTagsOfResource: { readonly input: ListTagsOfResourceInput; readonly output: ListTagsOfResourceOutput }
  readonly TagResource: { readonly input: TagResourceInput; readonly output: TagResourceOutput }
  readonly UntagResource: { readonly input: UntagResourceInput; readonly output: TagResourceOutput }
  readonly UpdateTimeToLive: { readonly input: UpdateTimeToLiveInput; readonly output: UpdateTimeToLiveOutput }
}

/** The name of an operation that the engine answers. */
export type OperationName = keyof OperationTypes
