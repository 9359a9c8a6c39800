// The operations of the service's two APIs, whether the engine answers them or not. The README's table of operations is made
// from this list and the engine's registry.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations.html, and the AWS SDK for JavaScript.

/** The part of the service that an operation belongs to. */
export type OperationArea =
  | 'backups'
  | 'bulk operations'
  | 'Contributor Insights'
  | 'export and import'
  | 'global tables'
  | 'items'
  | 'Kinesis'
  | 'PartiQL'
  | 'resource policies'
  | 'service'
  | 'streams'
  | 'tables'
  | 'tags'
  | 'time to live'
  | 'transactions'
  | 'vectors'

/** Amazon DynamoDB's operations, by their names. */
export const TABLE_OPERATIONS: Readonly<Record<string, OperationArea>> = {
  BatchExecuteStatement: 'PartiQL',
  BatchGetItem: 'items',
  BatchWriteItem: 'items',
  CancelBulkOperation: 'bulk operations',
  CreateBackup: 'backups',
  CreateGlobalTable: 'global tables',
  CreateTable: 'tables',
  DeleteBackup: 'backups',
  DeleteItem: 'items',
  DeleteResourcePolicy: 'resource policies',
  DeleteTable: 'tables',
  DescribeBackup: 'backups',
  DescribeBulkOperation: 'bulk operations',
  DescribeContinuousBackups: 'backups',
  DescribeContributorInsights: 'Contributor Insights',
  DescribeEndpoints: 'service',
  DescribeExport: 'export and import',
  DescribeGlobalTable: 'global tables',
  DescribeGlobalTableSettings: 'global tables',
  DescribeImport: 'export and import',
  DescribeKinesisStreamingDestination: 'Kinesis',
  DescribeLimits: 'service',
  DescribeTable: 'tables',
  DescribeTableReplicaAutoScaling: 'global tables',
  DescribeTimeToLive: 'time to live',
  DisableKinesisStreamingDestination: 'Kinesis',
  EnableKinesisStreamingDestination: 'Kinesis',
  ExecuteStatement: 'PartiQL',
  ExecuteTransaction: 'PartiQL',
  ExportTableToPointInTime: 'export and import',
  GetItem: 'items',
  GetResourcePolicy: 'resource policies',
  ImportTable: 'export and import',
  ListBackups: 'backups',
  ListBulkOperations: 'bulk operations',
  ListContributorInsights: 'Contributor Insights',
  ListExports: 'export and import',
  ListGlobalTables: 'global tables',
  ListImports: 'export and import',
  ListTables: 'tables',
  ListTagsOfResource: 'tags',
  PutItem: 'items',
  PutResourcePolicy: 'resource policies',
  Query: 'items',
  RestoreTableFromBackup: 'backups',
  RestoreTableToPointInTime: 'backups',
  Scan: 'items',
  SearchVectors: 'vectors',
  StartBulkPutItems: 'bulk operations',
  TagResource: 'tags',
  TransactGetItems: 'transactions',
  TransactWriteItems: 'transactions',
  UntagResource: 'tags',
  UpdateContinuousBackups: 'backups',
  UpdateContributorInsights: 'Contributor Insights',
  UpdateGlobalTable: 'global tables',
  UpdateGlobalTableSettings: 'global tables',
  UpdateItem: 'items',
  UpdateKinesisStreamingDestination: 'Kinesis',
  UpdateTable: 'tables',
  UpdateTableReplicaAutoScaling: 'global tables',
  UpdateTimeToLive: 'time to live',
}

/** Amazon DynamoDB Streams' operations, by their names. */
export const STREAMS_OPERATIONS: Readonly<Record<string, OperationArea>> = {
  DescribeStream: 'streams',
  GetRecords: 'streams',
  GetShardIterator: 'streams',
  ListStreams: 'streams',
}
