// GetShardIterator: loaded by the first request, as few apps read streams by the API.

import type { GetShardIteratorInput } from '../../model/stream-operations.ts'
import type { Operation } from '../operation.ts'
import { getShardIteratorShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
export const getShardIterator: Operation<GetShardIteratorInput> = {
  shape: getShardIteratorShape,
  async run(services, input) {
    const reading = await import('../streams/get-shard-iterator.ts')
    return reading.getShardIterator(services, input)
  },
}
