// GetRecords: loaded by the first request, as few apps read streams by the API.

import type { GetRecordsInput } from '../../model/stream-operations.ts'
import type { Operation } from '../operation.ts'
import { getRecordsShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
export const getRecords: Operation<GetRecordsInput> = {
  shape: getRecordsShape,
  async run(services, input) {
    const reading = await import('../streams/get-records.ts')
    return reading.getRecords(services, input)
  },
}
