// Parameters of a statement, from the request.

import type { AttributeValue } from '../../model/attribute-value.ts'
import { validationException } from '../../model/service-exception.ts'
import { canonicalValue } from '../../model/validate-item.ts'

/**
 * The parameters of a statement, canonical.
 *
 * @param parameters untrusted, in the API's shape
 * @throws ServiceException ValidationException or SerializationException when one is not well formed
 */
export function statementParameters(parameters: readonly unknown[] | undefined): readonly AttributeValue[] {
  return (parameters ?? []).map((parameter) => {
    if (parameter === null || parameter === undefined) {
      throw validationException('The supplied Item contains a null AttributeValue')
    }
    return canonicalValue(parameter)
  })
}
