// UntagResource: removes tags of a table; no matter whether it has them.

import { after } from '../../base/maybe-promise.ts'
import type { TagResourceOutput, UntagResourceInput } from '../../model/operations.ts'
import { validationException } from '../../model/service-exception.ts'
import type { EngineServices, Operation } from '../operation.ts'
import { untagResourceShape } from '../request-shapes.ts'
import { checkResourceArn, requireTaggedTable } from '../tagged-table.ts'
import { checkTagKeys, readTags, saveTags } from '../tags.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html */
export const untagResource: Operation<Partial<UntagResourceInput>> = { shape: untagResourceShape, run }

function run(
  { store, catalog, arnScope }: EngineServices,
  { ResourceArn, TagKeys }: Partial<UntagResourceInput>,
): Promise<TagResourceOutput> {
  const arn = checkResourceArn(ResourceArn, arnScope)
  if (TagKeys === undefined) {
    throw validationException(
      "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
    )
  }
  if (TagKeys.length === 0) throw validationException('Atleast one Tag Key needs to be provided as Input.')
  checkTagKeys(TagKeys)
  return store.write((transaction) =>
    after(requireTaggedTable(catalog, transaction, arn), ({ record: { tableId } }) =>
      after(readTags(transaction, tableId), (tags) => {
        const kept = tags.filter(({ Key }) => !TagKeys.includes(Key))
        if (kept.length < tags.length) saveTags(transaction, tableId, kept)
        return {}
      }),
    ),
  )
}
