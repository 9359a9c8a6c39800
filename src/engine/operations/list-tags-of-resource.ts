// ListTagsOfResource: all tags of a table. The service answers up to 50 tags at once, which is all that a table can have, so
// there is no second page, and no token for one.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import type { ListTagsOfResourceInput, ListTagsOfResourceOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { listTagsOfResourceShape } from '../request-shapes.ts'
import { checkResourceArn, requireTaggedTable } from '../tagged-table.ts'
import { readTags } from '../tags.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html */
export const listTagsOfResource: Operation<Partial<ListTagsOfResourceInput>> = { shape: listTagsOfResourceShape, run }

function run(
  { store, catalog, arnScope }: EngineServices,
  { ResourceArn, NextToken }: Partial<ListTagsOfResourceInput>,
): MaybePromise<ListTagsOfResourceOutput> {
  const arn = checkResourceArn(ResourceArn, arnScope)
  // In the words of the service's other lists.
  if (NextToken !== undefined) throw validationException(`Invalid Request: Provided nextToken is invalid: ${NextToken}`)
  return readSnapshot(store, false, (snapshot) =>
    after(requireTaggedTable(catalog, snapshot, arn), ({ record }) =>
      after(readTags(snapshot, record.tableId), (Tags) => ({ Tags })),
    ),
  )
}
