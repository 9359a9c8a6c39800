// DescribeLimits and DescribeEndpoints against the service.

import { answered, type Script, step } from '../../support/conformance-script.ts'

/** The script. */
export const serviceScript: Script = {
  operation: 'service',
  steps: [
    step('describes the limits of a new account', 'DescribeLimits', {}),
    step(
      'describes the endpoint of the region',
      'DescribeEndpoints',
      {},
      answered({ Endpoints: [{ Address: 'dynamodb.local.amazonaws.com', CachePeriodInMinutes: 1440 }] }),
    ),
  ],
}
