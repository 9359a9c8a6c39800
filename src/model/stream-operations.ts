// Inputs and outputs of the operations of DynamoDB Streams, in the API's own shapes.

import type { Item, Key } from './attribute-value.ts'
import type { KeySchemaElement } from './key-schema.ts'

/** What a stream's records show of an item: its key, as it is now, as it was before, or both. */
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES'
/** What became of an item, in the words of this package's own functions. */
export type ChangeKind = 'insert' | 'modify' | 'remove'
/** Whether a stream takes records. A disabled one can be read for another 24 hours. */
export type StreamStatus = 'ENABLED' | 'DISABLED'
/** Where in a shard an iterator starts. */
export type ShardIteratorType = 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER' | 'TRIM_HORIZON' | 'LATEST'

/** Whether a table has a stream, and what its records show. */
export interface StreamSpecification {
  readonly StreamEnabled: boolean
  /** Given when the stream is enabled, and only then. */
  readonly StreamViewType?: StreamViewType
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html */
export interface ListStreamsInput {
  readonly TableName?: string
  /** 1 to 100. */
  readonly Limit?: number
  readonly ExclusiveStartStreamArn?: string
}

/** One stream of a list. */
export interface StreamSummary {
  readonly StreamArn: string
  readonly TableName: string
  readonly StreamLabel: string
}

/** What ListStreams answers: streams by the names of their tables, then by their age. */
export interface ListStreamsOutput {
  readonly Streams: readonly StreamSummary[]
  readonly LastEvaluatedStreamArn?: string
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html */
export interface DescribeStreamInput {
  readonly StreamArn: string
  /** 1 to 100. */
  readonly Limit?: number
  readonly ExclusiveStartShardId?: string
  /** Only the children of a shard. */
  readonly ShardFilter?: { readonly Type?: 'CHILD_SHARDS'; readonly ShardId?: string }
}

/** A part of a stream. Without an end it takes records. */
export interface Shard {
  readonly ShardId: string
  readonly SequenceNumberRange: { readonly StartingSequenceNumber: string; readonly EndingSequenceNumber?: string }
}

/** A stream as it is. */
export interface StreamDescription {
  readonly StreamArn: string
  readonly StreamLabel: string
  readonly StreamStatus: StreamStatus
  readonly StreamViewType: StreamViewType
  readonly CreationRequestDateTime: Date
  readonly TableName: string
  readonly KeySchema: readonly KeySchemaElement[]
  readonly Shards: readonly Shard[]
  readonly LastEvaluatedShardId?: string
}

/** What DescribeStream answers. */
export interface DescribeStreamOutput {
  readonly StreamDescription: StreamDescription
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
export interface GetShardIteratorInput {
  readonly StreamArn: string
  readonly ShardId: string
  readonly ShardIteratorType: ShardIteratorType
  /** With AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER. */
  readonly SequenceNumber?: string
}

/** What GetShardIterator answers: an iterator that is valid for 15 minutes. */
export interface GetShardIteratorOutput {
  readonly ShardIterator: string
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
export interface GetRecordsInput {
  readonly ShardIterator: string
  /** 1 to 1,000. */
  readonly Limit?: number
}

/** What a record says of the change. */
export interface StreamRecord {
  /** To the second. */
  readonly ApproximateCreationDateTime: Date
  readonly Keys: Key
  readonly NewImage?: Item
  readonly OldImage?: Item
  readonly SequenceNumber: string
  readonly SizeBytes: number
  readonly StreamViewType: StreamViewType
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html */
export interface StreamEventRecord {
  readonly eventID: string
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  readonly eventVersion: string
  readonly eventSource: 'aws:dynamodb'
  readonly awsRegion: string
  readonly dynamodb: StreamRecord
  /** Of a deletion by time to live. */
  readonly userIdentity?: { readonly PrincipalId: string; readonly Type: string }
}

/** What GetRecords answers. Without a NextShardIterator the shard is closed and read to its end. */
export interface GetRecordsOutput {
  readonly Records: readonly StreamEventRecord[]
  readonly NextShardIterator?: string
}
