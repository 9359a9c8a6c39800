// A declaration in the words of the API.

import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
} from '../src/model/key-schema.ts'
import type { CreateTableInput } from '../src/model/operations.ts'
import type { IndexProjection, TableDeclaration } from '../src/model/table-declaration.ts'

type Names = string | readonly string[] | undefined

/** The input of CreateTable. */
export function createTableInput(declaration: TableDeclaration): CreateTableInput {
  const { name, key, stream } = declaration
  const KeySchema = keySchema(key.partition, key.sort)
  const globalIndexes = globalIndexesOf(declaration)
  const localIndexes = localIndexesOf(declaration)
  return {
    TableName: name,
    KeySchema,
    AttributeDefinitions: definitionsFor(declaration, [{ KeySchema }, ...globalIndexes, ...localIndexes]),
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
    BillingMode: 'PAY_PER_REQUEST',
    ...(stream !== undefined && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
  }
}

/** The declared global indexes. */
export function globalIndexesOf({ globalIndexes = {} }: TableDeclaration): readonly GlobalSecondaryIndex[] {
  return Object.entries(globalIndexes).map(([IndexName, { partition, sort, projection }]) => ({
    IndexName,
    KeySchema: keySchema(partition, sort),
    Projection: projectionOf(projection),
  }))
}

/** The declared local indexes. */
export function localIndexesOf({ key, localIndexes = {} }: TableDeclaration): readonly LocalSecondaryIndex[] {
  return Object.entries(localIndexes).map(([IndexName, { sort, projection }]) => ({
    IndexName,
    KeySchema: keySchema(key.partition, sort),
    Projection: projectionOf(projection),
  }))
}

/** The types of the attributes that these keys use, and of no others, as the service demands. */
export function definitionsFor(
  { attributes }: TableDeclaration,
  keyed: readonly { readonly KeySchema: readonly KeySchemaElement[] }[],
): readonly AttributeDefinition[] {
  const names = new Set(keyed.flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName)))
  return Object.entries(attributes)
    .filter(([name]) => names.has(name))
    .map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }))
}

function keySchema(partition: Names, sort: Names): readonly KeySchemaElement[] {
  return [
    ...listOf(partition).map((AttributeName) => ({ AttributeName, KeyType: 'HASH' as const })),
    ...listOf(sort).map((AttributeName) => ({ AttributeName, KeyType: 'RANGE' as const })),
  ]
}

function listOf(names: Names): readonly string[] {
  return typeof names === 'string' ? [names] : (names ?? [])
}

function projectionOf(projection: IndexProjection = 'ALL'): Projection {
  if (projection === 'ALL' || projection === 'KEYS_ONLY') return { ProjectionType: projection }
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: projection }
}
