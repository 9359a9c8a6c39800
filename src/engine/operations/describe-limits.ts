// DescribeLimits: the quotas that a new account has. They bound nothing here.

import type { DescribeLimitsInput, DescribeLimitsOutput } from '../../model/operations.ts'
import { ACCOUNT_CAPACITY_UNITS, TABLE_CAPACITY_UNITS } from '../../model/limits.ts'
import type { Operation } from '../operation.ts'
import { describeLimitsShape } from '../request-shapes.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html */
export const describeLimits: Operation<DescribeLimitsInput> = { shape: describeLimitsShape, run }

function run(): DescribeLimitsOutput {
  return {
    AccountMaxReadCapacityUnits: ACCOUNT_CAPACITY_UNITS,
    AccountMaxWriteCapacityUnits: ACCOUNT_CAPACITY_UNITS,
    TableMaxReadCapacityUnits: TABLE_CAPACITY_UNITS,
    TableMaxWriteCapacityUnits: TABLE_CAPACITY_UNITS,
  }
}
