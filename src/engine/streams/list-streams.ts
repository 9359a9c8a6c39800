// ListStreams: streams of all tables or of one, page by page, those of deleted tables among them.

import { keyAfter } from '../../base/byte-key.ts'
import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { MAX_LIST_STREAMS } from '../../model/limits.ts'
import type { ListStreamsInput, ListStreamsOutput, StreamSummary } from '../../model/stream-operations.ts'
import { streamArn, tableNameOf } from '../arn.ts'
import { forEachRow } from '../for-each-row.ts'
import { STREAMS, streamKey, tableStreams } from '../keyspace.ts'
import type { EngineServices } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { decodeStream, parseStreamArn } from '../stored-stream.ts'

/** Lists streams. */
export function listStreams(
  { store, arnScope }: EngineServices,
  input: ListStreamsInput,
): MaybePromise<ListStreamsOutput> {
  const { TableName, Limit = MAX_LIST_STREAMS, ExclusiveStartStreamArn } = input
  const range = TableName === undefined ? STREAMS : tableStreams(tableNameOf(TableName))
  const start = ExclusiveStartStreamArn === undefined ? range.start : keyAfter(keyOfArn(ExclusiveStartStreamArn))
  if (start < range.start || start >= range.end) return { Streams: [] }
  return readSnapshot(store, false, (snapshot) => {
    const streams: StreamSummary[] = []
    // One stream more than asked for tells whether there is a next page.
    const walk = forEachRow(snapshot.scan({ start, end: range.end }), ({ value }) => {
      const { tableName, label } = decodeStream(value)
      streams.push({ StreamArn: streamArn(arnScope, tableName, label), TableName: tableName, StreamLabel: label })
      return streams.length <= Limit
    })
    return after(walk, () => {
      if (streams.length <= Limit) return { Streams: streams }
      const page = streams.slice(0, Limit)
      return { Streams: page, LastEvaluatedStreamArn: (page[Limit - 1] as StreamSummary).StreamArn }
    })
  })
}

function keyOfArn(arn: string): string {
  const { tableName, label } = parseStreamArn(arn)
  return streamKey(tableName, label)
}
