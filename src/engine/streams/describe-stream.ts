// DescribeStream. A stream has one shard, which is closed with it.

import type { MaybePromise } from '../../base/maybe-promise.ts'
import { after } from '../../base/maybe-promise.ts'
import type { DescribeStreamInput, DescribeStreamOutput, Shard } from '../../model/stream-operations.ts'
import { streamArn } from '../arn.ts'
import type { EngineServices } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { requireStream, type StoredStream, trimHorizon } from '../stored-stream.ts'

/** Describes a stream. */
export function describeStream(
  { store, arnScope }: EngineServices,
  { StreamArn, ExclusiveStartShardId, ShardFilter }: DescribeStreamInput,
): MaybePromise<DescribeStreamOutput> {
  return readSnapshot(store, false, (snapshot) =>
    after(requireStream(snapshot, arnScope, StreamArn), (stream) => ({
      StreamDescription: {
        StreamArn: streamArn(arnScope, stream.tableName, stream.label),
        StreamLabel: stream.label,
        StreamStatus: stream.closed === undefined ? 'ENABLED' : 'DISABLED',
        StreamViewType: stream.viewType,
        CreationRequestDateTime: new Date(stream.createdAtMs),
        TableName: stream.tableName,
        KeySchema: stream.keySchema,
        // The one shard has no children.
        Shards: (ShardFilter === undefined ? [shardOf(stream)] : []).filter(
          ({ ShardId }) => !(ShardId <= (ExclusiveStartShardId ?? '')),
        ),
      },
    })),
  )
}

/** What was trimmed is no longer in its range, so that a range can be read from its start. */
function shardOf(stream: StoredStream): Shard {
  const { shardId, closed } = stream
  return {
    ShardId: shardId,
    SequenceNumberRange: {
      StartingSequenceNumber: trimHorizon(stream),
      ...(closed !== undefined && { EndingSequenceNumber: closed.sequenceNumber }),
    },
  }
}
