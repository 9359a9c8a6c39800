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

export type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST'
export type TableClass = 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS'
export type TableStatus = 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE'
export type IndexStatus = 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE'
export type ReturnConsumedCapacity = 'INDEXES' | 'TOTAL' | 'NONE'
export type ReturnItemCollectionMetrics = 'SIZE' | 'NONE'
export type ReturnValue = 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW'
export type ReturnValuesOnConditionCheckFailure = 'ALL_OLD' | 'NONE'
export type Select = 'ALL_ATTRIBUTES' | 'ALL_PROJECTED_ATTRIBUTES' | 'SPECIFIC_ATTRIBUTES' | 'COUNT'

/** Units of one table or index. */
export interface Capacity {
  readonly CapacityUnits: number
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html */
export interface ConsumedCapacity {
  readonly TableName: string
  readonly CapacityUnits: number
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

export interface OnDemandThroughput {
  readonly MaxReadRequestUnits?: number
  readonly MaxWriteRequestUnits?: number
}

export interface ProvisionedThroughputDescription extends ProvisionedThroughput {
  readonly LastIncreaseDateTime?: Date
  readonly LastDecreaseDateTime?: Date
  readonly NumberOfDecreasesToday: number
}

export interface BillingModeSummary {
  readonly BillingMode: BillingMode
  readonly LastUpdateToPayPerRequestDateTime?: Date
}

export interface LocalSecondaryIndexDescription extends LocalSecondaryIndex {
  readonly IndexArn: string
  readonly IndexSizeBytes: number
  readonly ItemCount: number
}

export interface GlobalSecondaryIndexDescription extends LocalSecondaryIndexDescription {
  readonly IndexStatus: IndexStatus
  /** True while items that were there before the index are being added to it. */
  readonly Backfilling?: boolean
  readonly ProvisionedThroughput: ProvisionedThroughputDescription
  readonly OnDemandThroughput?: OnDemandThroughput
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
  readonly DeletionProtectionEnabled: boolean
}

export interface GlobalSecondaryIndexInput extends GlobalSecondaryIndex {
  readonly OnDemandThroughput?: OnDemandThroughput
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
  readonly TableClass?: TableClass
  readonly DeletionProtectionEnabled?: boolean
}

export interface CreateTableOutput {
  readonly TableDescription: TableDescription
}

export interface DescribeTableInput {
  readonly TableName: string
}

export interface DescribeTableOutput {
  readonly Table: TableDescription
}

export interface ListTablesInput {
  readonly ExclusiveStartTableName?: string
  /** 1 to 100. */
  readonly Limit?: number
}

export interface ListTablesOutput {
  readonly TableNames: readonly string[]
  readonly LastEvaluatedTableName?: string
}

export interface DeleteTableInput {
  readonly TableName: string
}

export interface DeleteTableOutput {
  readonly TableDescription: TableDescription
}

export interface CreateGlobalSecondaryIndexAction {
  readonly IndexName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Projection: Projection
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly OnDemandThroughput?: OnDemandThroughput
}

export interface UpdateGlobalSecondaryIndexAction {
  readonly IndexName: string
  readonly ProvisionedThroughput?: ProvisionedThroughput
  readonly OnDemandThroughput?: OnDemandThroughput
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
  readonly TableClass?: TableClass
  readonly DeletionProtectionEnabled?: boolean
}

export interface UpdateTableOutput {
  readonly TableDescription: TableDescription
}

/** A condition on the item as it is before the write. */
export interface ConditionInput {
  readonly ConditionExpression?: string
  readonly ExpressionAttributeNames?: ExpressionAttributeNames
  readonly ExpressionAttributeValues?: ExpressionAttributeValues
  readonly ReturnValuesOnConditionCheckFailure?: ReturnValuesOnConditionCheckFailure
}

/** What a single write may ask to know beside its effect. */
export interface WriteReportInput {
  readonly ReturnConsumedCapacity?: ReturnConsumedCapacity
  readonly ReturnItemCollectionMetrics?: ReturnItemCollectionMetrics
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export interface PutItemInput extends ConditionInput, WriteReportInput {
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

export type PutItemOutput<Row = Item> = WriteItemOutput<Row>

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export interface UpdateItemInput extends ConditionInput, WriteReportInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly UpdateExpression?: string
  readonly ReturnValues?: ReturnValue
}

export type UpdateItemOutput<Row = Item> = WriteItemOutput<Row>

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html */
export interface DeleteItemInput extends ConditionInput, WriteReportInput {
  readonly TableName: string
  readonly Key: Key | PackedItem
  readonly ReturnValues?: 'NONE' | 'ALL_OLD'
}

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
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
export interface QueryInput extends ReadPageInput {
  readonly KeyConditionExpression: string
  /** Default true. */
  readonly ScanIndexForward?: boolean
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export interface ScanInput extends ReadPageInput {
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

export type QueryOutput<Row = Item> = ReadPageOutput<Row>
export type ScanOutput<Row = Item> = ReadPageOutput<Row>

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

export interface BatchWriteItemOutput {
  /** Always empty: one call is one commit, all of it or nothing. */
  readonly UnprocessedItems: Readonly<Record<string, readonly WriteRequest[]>>
  readonly ItemCollectionMetrics?: Readonly<Record<string, readonly ItemCollectionMetrics[]>>
  readonly ConsumedCapacity?: readonly ConsumedCapacity[]
}

/** Every operation the engine answers, with its input and its output. */
export interface OperationTypes {
  readonly BatchGetItem: { readonly input: BatchGetItemInput; readonly output: BatchGetItemOutput }
  readonly BatchWriteItem: { readonly input: BatchWriteItemInput; readonly output: BatchWriteItemOutput }
  readonly CreateTable: { readonly input: CreateTableInput; readonly output: CreateTableOutput }
  readonly DeleteItem: { readonly input: DeleteItemInput; readonly output: DeleteItemOutput }
  readonly DeleteTable: { readonly input: DeleteTableInput; readonly output: DeleteTableOutput }
  readonly DescribeTable: { readonly input: DescribeTableInput; readonly output: DescribeTableOutput }
  readonly GetItem: { readonly input: GetItemInput; readonly output: GetItemOutput }
  readonly ListTables: { readonly input: ListTablesInput; readonly output: ListTablesOutput }
  readonly PutItem: { readonly input: PutItemInput; readonly output: PutItemOutput }
  readonly Query: { readonly input: QueryInput; readonly output: QueryOutput }
  readonly Scan: { readonly input: ScanInput; readonly output: ScanOutput }
  readonly UpdateItem: { readonly input: UpdateItemInput; readonly output: UpdateItemOutput }
  readonly UpdateTable: { readonly input: UpdateTableInput; readonly output: UpdateTableOutput }
}

export type OperationName = keyof OperationTypes
