// The operations on tables and their settings: what few requests ask for, in a part of the program that is loaded by the
// first that does.

import { createTable } from './create-table.ts'
import { deleteTable } from './delete-table.ts'
import { describeEndpoints } from './describe-endpoints.ts'
import { describeLimits } from './describe-limits.ts'
import { describeTimeToLive } from './describe-time-to-live.ts'
import { listTagsOfResource } from './list-tags-of-resource.ts'
import type { AdministrativeOperations } from './registry.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateTable } from './update-table.ts'
import { updateTimeToLive } from './update-time-to-live.ts'

/** The operations, by the API's names. */
export const administration: AdministrativeOperations = {
  CreateTable: createTable,
  DeleteTable: deleteTable,
  DescribeEndpoints: describeEndpoints,
  DescribeLimits: describeLimits,
  DescribeTimeToLive: describeTimeToLive,
  ListTagsOfResource: listTagsOfResource,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateTable: updateTable,
  UpdateTimeToLive: updateTimeToLive,
}
