// DescribeTimeToLive.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { DescribeTimeToLiveInput, DescribeTimeToLiveOutput } from '../../model/operations.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { describeTimeToLiveShape } from '../request-shapes.ts'
import { describeRecordedTimeToLive } from '../time-to-live.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html */
export const describeTimeToLive: Operation<DescribeTimeToLiveInput> = { shape: describeTimeToLiveShape, run }

function run(
  { store, catalog }: EngineServices,
  input: DescribeTimeToLiveInput,
): MaybePromise<DescribeTimeToLiveOutput> {
  return readSnapshot(store, false, (snapshot) =>
    after(catalog.requireNamed(snapshot, input.TableName), ({ record }) => ({
      TimeToLiveDescription: describeRecordedTimeToLive(record),
    })),
  )
}
