// TagResource: adds tags to a table, or gives those that it has new values.

import { after } from '../../base/maybe-promise.ts'
import type { TagResourceInput, TagResourceOutput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { tagResourceShape } from '../request-shapes.ts'
import { checkResourceArn, requireTaggedTable } from '../tagged-table.ts'
import { checkTags, readTags, saveTags, withTags } from '../tags.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html */
export const tagResource: Operation<Partial<TagResourceInput>> = { shape: tagResourceShape, run }

function run(
  { store, catalog, arnScope }: EngineServices,
  { ResourceArn, Tags }: Partial<TagResourceInput>,
): Promise<TagResourceOutput> {
  const arn = checkResourceArn(ResourceArn, arnScope)
  if (Tags === undefined) {
    throw validationException(
      "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
    )
  }
  if (Tags.length === 0) throw validationException('Atleast one Tag needs to be provided as Input.')
  checkTags(Tags)
  return store.write((transaction) =>
    after(requireTaggedTable(catalog, transaction, arn), ({ record: { tableId } }) =>
      after(readTags(transaction, tableId), (tags) => {
        saveTags(transaction, tableId, withTags(tags, Tags))
        return {}
      }),
    ),
  )
}
