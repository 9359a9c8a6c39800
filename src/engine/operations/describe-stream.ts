// DescribeStream: loaded by the first request, as few apps read streams by the API.

import type { DescribeStreamInput } from '../../model/stream-operations.ts'
import type { Operation } from '../operation.ts'
import { describeStreamShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html */
export const describeStream: Operation<DescribeStreamInput> = {
  shape: describeStreamShape,
  async run(services, input) {
    const reading = await import('../streams/describe-stream.ts')
    return reading.describeStream(services, input)
  },
}
