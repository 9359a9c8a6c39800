// ListStreams: loaded by the first request, as few apps read streams by the API.

import type { ListStreamsInput } from '../../model/stream-operations.ts'
import type { Operation } from '../operation.ts'
import { listStreamsShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html */
export const listStreams: Operation<ListStreamsInput> = {
  shape: listStreamsShape,
  async run(services, input) {
    const reading = await import('../streams/list-streams.ts')
    return reading.listStreams(services, input)
  },
}
