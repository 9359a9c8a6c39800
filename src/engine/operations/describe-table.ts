// DescribeTable.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { DescribeTableInput, DescribeTableOutput } from '../../model/operations.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { describeTableShape } from '../request-shapes.ts'
import { readTableDescription } from '../table-description.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
export const describeTable: Operation<DescribeTableInput> = { shape: describeTableShape, run }

function run(
  { store, catalog, clock, arnScope }: EngineServices,
  input: DescribeTableInput,
): MaybePromise<DescribeTableOutput> {
  const nowMs = clock.now()
  return readSnapshot(store, false, (snapshot) =>
    after(catalog.requireNamed(snapshot, input.TableName), ({ record }) =>
      after(readTableDescription(snapshot, record, { arnScope, nowMs }), (Table) => ({ Table })),
    ),
  )
}
