// Checks definitions of keys and indexes as CreateTable and UpdateTable bring them, in the service's order and words.

import type { AttributeDefinition, KeySchemaElement, Projection, ProvisionedThroughput } from '../model/key-schema.ts'
import { MAX_CAPACITY_UNITS, MAX_INDEX_KEY_ATTRIBUTES, MAX_PROJECTED_ATTRIBUTES } from '../model/limits.ts'
import type { BillingMode } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'

const INVALID = 'One or more parameter values were invalid:'

/**
 * Refuses a key schema that is not one of at most one partition and one sort key attribute, all defined.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkKeySchema(schema: readonly KeySchemaElement[], definitions: readonly AttributeDefinition[]): void {
  checkDefined(schema, definitions)
  checkOrder(schema, 1)
}

/**
 * Refuses a key schema that is not one of a global index: up to four partition and four sort key attributes, all defined.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkGlobalKeySchema(
  schema: readonly KeySchemaElement[],
  definitions: readonly AttributeDefinition[],
): void {
  checkDefined(schema, definitions)
  checkOrder(schema, MAX_INDEX_KEY_ATTRIBUTES)
}

/**
 * Refuses a projection without a type, or with attributes that its type does not take.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkProjection({ ProjectionType, NonKeyAttributes }: Projection): void {
  if (ProjectionType === undefined) throw validationException(`${INVALID} Unknown ProjectionType: null`)
  if (ProjectionType !== 'INCLUDE' && NonKeyAttributes !== undefined) {
    throw validationException(`${INVALID} ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`)
  }
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes === undefined) {
    throw validationException(`${INVALID} ProjectionType is ${ProjectionType}, but NonKeyAttributes is not specified`)
  }
}

/**
 * Refuses more projected attributes than a table may have over all its indexes.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkProjectedAttributes(projections: readonly Projection[]): void {
  let count = 0
  for (const { NonKeyAttributes = [] } of projections) count += NonKeyAttributes.length
  if (count <= MAX_PROJECTED_ATTRIBUTES) return
  throw validationException(
    `${INVALID} Number of projected attributes across all indexes exceeds per-table limit of ${MAX_PROJECTED_ATTRIBUTES}`,
  )
}

/**
 * Refuses two indexes of one name.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkDistinctNames(names: readonly string[]): void {
  const duplicate = names.find((name, at) => names.indexOf(name) !== at)
  if (duplicate !== undefined) throw validationException(`${INVALID} Duplicate index name: ${duplicate}`)
}

/**
 * Refuses attribute definitions that name an attribute twice.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkDistinctDefinitions(definitions: readonly AttributeDefinition[]): void {
  const names = definitions.map(({ AttributeName }) => AttributeName)
  if (new Set(names).size !== names.length) {
    throw validationException('Cannot have two attributes with the same name')
  }
}

/**
 * Refuses throughput that goes with neither the billing mode nor the bounds.
 *
 * @param indexName of a global index; undefined for the table itself
 * @throws ServiceException `ValidationException`
 */
export function checkThroughput(
  throughput: ProvisionedThroughput | undefined,
  billingMode: BillingMode,
  indexName?: string,
): void {
  if (billingMode === 'PAY_PER_REQUEST') {
    if (throughput === undefined) return
    throw validationException(
      indexName === undefined
        ? `${INVALID} Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`
        : `${INVALID} ProvisionedThroughput should not be specified for index: ${indexName} when BillingMode is PAY_PER_REQUEST`,
    )
  }
  if (throughput === undefined) {
    throw validationException(
      indexName === undefined
        ? `${INVALID} ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`
        : `${INVALID} ProvisionedThroughput must be specified for index: ${indexName}`,
    )
  }
  checkThroughputBounds(throughput, indexName)
}

/**
 * Refuses more capacity units than can be asked for.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkThroughputBounds(throughput: ProvisionedThroughput, indexName?: string): void {
  const where = indexName === undefined ? '' : ` for index ${indexName}`
  for (const unit of ['ReadCapacityUnits', 'WriteCapacityUnits'] as const) {
    if (throughput[unit] <= MAX_CAPACITY_UNITS) continue
    throw validationException(`Given value ${throughput[unit]} for ${unit} is out of bounds${where}`)
  }
}

/** Names of a key schema in a message. */
export function namesOf(elements: readonly { readonly AttributeName: string }[]): string {
  return `[${elements.map(({ AttributeName }) => AttributeName).join(', ')}]`
}

function checkDefined(schema: readonly KeySchemaElement[], definitions: readonly AttributeDefinition[]): void {
  const defined = new Set(definitions.map(({ AttributeName }) => AttributeName))
  if (schema.every(({ AttributeName }) => defined.has(AttributeName))) return
  throw validationException(
    `${INVALID} Some index key attributes are not defined in AttributeDefinitions. ` +
      `Keys: ${namesOf(schema)}, AttributeDefinitions: ${namesOf(definitions)}`,
  )
}

function checkOrder(schema: readonly KeySchemaElement[], maxOfEach: number): void {
  const names = schema.map(({ AttributeName }) => AttributeName)
  if (new Set(names).size !== names.length) {
    throw validationException('Both the Hash Key and the Range Key element in the KeySchema have the same name')
  }
  if (schema[0]?.KeyType !== 'HASH') {
    throw validationException('Invalid KeySchema: The first KeySchemaElement is not a HASH key type')
  }
  const partitionCount = schema.filter(({ KeyType }) => KeyType === 'HASH').length
  const isOrdered = schema.slice(0, partitionCount).every(({ KeyType }) => KeyType === 'HASH')
  if (maxOfEach === 1 && partitionCount > 1) {
    throw validationException('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type')
  }
  if (!isOrdered) {
    throw validationException('Invalid KeySchema: All HASH key elements must come before the RANGE key elements')
  }
  if (partitionCount > maxOfEach || schema.length - partitionCount > maxOfEach) {
    throw validationException(
      `Invalid KeySchema: At most ${maxOfEach} HASH and ${maxOfEach} RANGE key elements are allowed`,
    )
  }
}
