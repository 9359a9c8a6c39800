// The stream of a replicated table at a remote in memory, as the stamper is given it.

import type { Engine } from '../../src/engine/engine.ts'
import type { ChangeRecord } from '../../src/sync/foreign-writes.ts'

interface StreamRecord {
  readonly dynamodb: Omit<ChangeRecord, 'table'>
}

/** Opens a table's stream. The answer reads the records since the last time. */
export async function openStream(
  { dispatch }: Pick<Engine, 'dispatch'>,
  table: string,
): Promise<() => Promise<readonly ChangeRecord[]>> {
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
  await dispatch('UpdateTable', { TableName: table, StreamSpecification })
  const { Table } = (await dispatch('DescribeTable', { TableName: table })) as { Table: { LatestStreamArn: string } }
  const StreamArn = Table.LatestStreamArn
  const { StreamDescription } = (await dispatch('DescribeStream', { StreamArn })) as {
    StreamDescription: { Shards: readonly { ShardId: string }[] }
  }
  const ShardId = StreamDescription.Shards[0]?.ShardId
  const request = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
  let { ShardIterator } = (await dispatch('GetShardIterator', request)) as { ShardIterator: string | undefined }
  return async () => {
    const output = (await dispatch('GetRecords', { ShardIterator })) as {
      Records: readonly StreamRecord[]
      NextShardIterator?: string
    }
    ShardIterator = output.NextShardIterator
    return output.Records.map(({ dynamodb }) => ({ table, ...dynamodb }))
  }
}
