// DescribeEndpoints: the one address of the region, as the service names it.

import type { DescribeEndpointsInput, DescribeEndpointsOutput } from '../../model/operations.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { describeEndpointsShape } from '../request-shapes.ts'

/** A day, as the service says. */
const CACHE_PERIOD_MINUTES = 1440

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeEndpoints.html */
export const describeEndpoints: Operation<DescribeEndpointsInput> = { shape: describeEndpointsShape, run }

function run({ arnScope }: EngineServices): DescribeEndpointsOutput {
  const Address = `dynamodb.${arnScope.region}.amazonaws.com`
  return { Endpoints: [{ Address, CachePeriodInMinutes: CACHE_PERIOD_MINUTES }] }
}
