// Tables with keys and indexes of every kind, and items and keys for them.

import type { Draw } from './draw.ts'
import {
  entriesToItem,
  itemValue,
  keyValue,
  type KeyType,
  PLAIN_NAMES,
  type WireItem,
  type WireValue,
} from './draw-values.ts'

/** One attribute of a key. */
export interface KeyAttribute {
  readonly name: string
  readonly type: KeyType
}

/** What a query can be asked of: a table, or one of its indexes. */
export interface Source {
  /** Undefined for the table itself. */
  readonly indexName: string | undefined
  readonly isGlobal: boolean
  readonly key: readonly KeyAttribute[]
  /** Names of attributes that are no keys, as far as it has them. */
  readonly names: readonly string[]
}

/** A table and its indexes. */
export interface DrawnTable {
  readonly name: string
  readonly key: readonly KeyAttribute[]
  /** The table itself first. */
  readonly sources: readonly Source[]
  /** The parameters of CreateTable. */
  readonly input: Readonly<Record<string, unknown>>
}

const INDEX_ATTRIBUTES: readonly KeyAttribute[] = [
  { name: 'g', type: 'S' },
  { name: 'l', type: 'N' },
  { name: 'r', type: 'B' },
  { name: 'h', type: 'S' },
]
const TYPES: readonly KeyType[] = ['S', 'N', 'B']

/** A table of this name. */
export function drawTable(draw: Draw, name: string): DrawnTable {
  const partition: KeyAttribute = { name: 'p', type: draw.weighted(TYPES.map((type, at) => [3 - at, () => type])) }
  const sort: KeyAttribute = { name: 's', type: draw.pick(TYPES) }
  const key = draw.chance(70) ? [partition, sort] : [partition]
  const locals =
    key.length === 2 ? drawIndexes(draw, 'local', draw.below(3), () => [partition, draw.pick(INDEX_ATTRIBUTES)]) : []
  const globals = drawIndexes(draw, 'global', draw.below(4), () => globalKey(draw, key))
  const used = new Map(
    [...key, ...[...locals, ...globals].flatMap((index) => index.key)].map((one) => [one.name, one.type]),
  )
  const definition = ({ source, projection }: DrawnIndex): unknown => ({
    IndexName: source.indexName,
    KeySchema: keySchema(source.key),
    Projection: projection,
  })
  return {
    name,
    key,
    sources: [
      { indexName: undefined, isGlobal: false, key, names: PLAIN_NAMES },
      ...[...locals, ...globals].map(({ source }) => source),
    ],
    input: {
      TableName: name,
      AttributeDefinitions: [...used].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: keySchema(key),
      BillingMode: 'PAY_PER_REQUEST',
      ...(locals.length > 0 && { LocalSecondaryIndexes: locals.map(definition) }),
      ...(globals.length > 0 && { GlobalSecondaryIndexes: globals.map(definition) }),
    },
  }
}

interface DrawnIndex {
  readonly source: Source
  readonly key: readonly KeyAttribute[]
  readonly projection: unknown
}

function drawIndexes(
  draw: Draw,
  kind: 'local' | 'global',
  count: number,
  keyOf: () => readonly KeyAttribute[],
): readonly DrawnIndex[] {
  return Array.from({ length: count }, (_, at) => {
    const key = keyOf()
    const [type, names] = draw.weighted<readonly [string, readonly string[]]>([
      [2, () => ['ALL', PLAIN_NAMES]],
      [2, () => ['KEYS_ONLY', []]],
      [2, () => ['INCLUDE', draw.some(['a', 'b', 'm', 'set'], draw.between(1, 3))]],
    ])
    const projection = { ProjectionType: type, ...(type === 'INCLUDE' && { NonKeyAttributes: names }) }
    return { source: { indexName: `${kind}${at}`, isGlobal: kind === 'global', key, names }, key, projection }
  })
}

function globalKey(draw: Draw, tableKey: readonly KeyAttribute[]): readonly KeyAttribute[] {
  const [partition, sort] = draw.some([...INDEX_ATTRIBUTES, ...tableKey], 2) as [KeyAttribute, KeyAttribute]
  return draw.chance(70) ? [partition, sort] : [partition]
}

function keySchema(key: readonly KeyAttribute[]): unknown {
  return key.map(({ name }, at) => ({ AttributeName: name, KeyType: at === 0 ? 'HASH' : 'RANGE' }))
}

/** The key of an item that may be there. */
export function drawKey(draw: Draw, { key }: DrawnTable): WireItem {
  return entriesToItem(key.map(({ name, type }) => [name, keyValue(draw, type)]))
}

/** An item whose index keys have the right types. */
export function drawItem(draw: Draw, table: DrawnTable): WireItem {
  const indexed = draw.some(INDEX_ATTRIBUTES, draw.below(5)).map(({ name, type }): [string, WireValue] => {
    return [name, keyValue(draw, type)]
  })
  const plain = draw.some(PLAIN_NAMES, draw.below(6)).map((name): [string, WireValue] => [name, itemValue(draw)])
  return { ...entriesToItem([...indexed, ...plain]), ...drawKey(draw, table) }
}
