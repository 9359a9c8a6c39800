// Requests of every operation on items, with all of their parameters, nearly always valid.

import type { Draw } from './draw.ts'
import { carefully, ExpressionText } from './draw-expressions.ts'
import { expectedConditions, filterConditions, keyConditions, updatesOfBefore } from './draw-legacy.ts'
import { drawItem, drawKey, type DrawnTable, type Source } from './draw-tables.ts'
import { PLAIN_NAMES } from './draw-values.ts'

/** Parameters of a request. */
export type Input = Readonly<Record<string, unknown>>

/** A request, and how it is followed up. */
export interface DrawnStep {
  readonly operation: string
  readonly input: Input
  /**
   * A read that is sent again with the key at which each page ends, until there is none: `ordered` where the items come in
   * the order of their keys, `unordered` where each server has an order of its own. `segments` does the same for all
   * segments of a parallel scan.
   */
  readonly walk?: 'ordered' | 'unordered' | 'segments'
  /** The attribute by which an ordered read is in order, where items that have the same may come in any order. */
  readonly tiesBy?: string
  /** What was done to make it a bad request. */
  readonly mistake?: string
  /** It may be refused as it is. */
  readonly isWild?: true
}

type Maker = (draw: Draw, tables: readonly DrawnTable[]) => DrawnStep

/** A request to one of the tables. */
export function drawRequest(draw: Draw, tables: readonly DrawnTable[]): DrawnStep {
  return draw.weighted<DrawnStep>(MAKERS.map(([weight, make]) => [weight, () => make(draw, tables)]))
}

/** The table that most requests are for. */
function someTable(draw: Draw, tables: readonly DrawnTable[]): DrawnTable {
  return draw.chance(80) ? (tables[0] as DrawnTable) : draw.pick(tables)
}

/** Whether a request with these expressions may be refused as it is. */
function wild({ isCareful }: Pick<ExpressionText, 'isCareful'>): Pick<DrawnStep, 'isWild'> {
  return isCareful ? {} : { isWild: true }
}

function capacity(draw: Draw, percent = 20): Input {
  return draw.chance(percent) ? { ReturnConsumedCapacity: draw.pick(['TOTAL', 'INDEXES', 'NONE']) } : {}
}

function writeOptions(draw: Draw, returnValues: readonly string[]): Input {
  return {
    ...capacity(draw),
    ...(draw.chance(40) && { ReturnValues: draw.pick(returnValues) }),
    ...(draw.chance(5) && { ReturnItemCollectionMetrics: draw.pick(['SIZE', 'NONE']) }),
  }
}

/** A condition of today, of before, or none. */
function writeCondition(draw: Draw, text: ExpressionText, percent: number): Input {
  if (!draw.chance(percent)) return {}
  if (draw.chance(15)) return expectedConditions(draw)
  return {
    ConditionExpression: text.condition(),
    ...(draw.chance(40) && { ReturnValuesOnConditionCheckFailure: draw.pick(['ALL_OLD', 'NONE']) }),
  }
}

const putItem: Maker = (draw, tables) => {
  const table = someTable(draw, tables)
  const text = new ExpressionText(draw)
  const condition = writeCondition(draw, text, 30)
  const options = writeOptions(draw, ['ALL_OLD', 'NONE'])
  const input = { TableName: table.name, Item: drawItem(draw, table), ...condition, ...text.parameters, ...options }
  return { operation: 'PutItem', input, ...wild(text) }
}

const deleteItem: Maker = (draw, tables) => {
  const table = someTable(draw, tables)
  const text = new ExpressionText(draw)
  const condition = writeCondition(draw, text, 40)
  const options = writeOptions(draw, ['ALL_OLD', 'NONE'])
  const input = { TableName: table.name, Key: drawKey(draw, table), ...condition, ...text.parameters, ...options }
  return { operation: 'DeleteItem', input, ...wild(text) }
}

const updateItem: Maker = (draw, tables) => {
  const table = someTable(draw, tables)
  const text = new ExpressionText(draw)
  const isOfBefore = draw.chance(12)
  const change = isOfBefore
    ? { ...updatesOfBefore(draw), ...(draw.chance(30) && expectedConditions(draw)) }
    : { ...(draw.chance(96) && { UpdateExpression: text.update() }), ...writeCondition(draw, text, 25) }
  const options = writeOptions(draw, ['ALL_OLD', 'NONE', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'])
  const input = { TableName: table.name, Key: drawKey(draw, table), ...change, ...text.parameters, ...options }
  return { operation: 'UpdateItem', input, ...wild(text) }
}

/** Which attributes an answer has. */
function attributesOf(draw: Draw, text: ExpressionText, percent: number, names = PLAIN_NAMES): Input {
  if (!draw.chance(percent)) return {}
  const usesNoExpression = Object.keys(text.parameters).length === 0
  if (usesNoExpression && names.length > 0 && draw.chance(15))
    return { AttributesToGet: draw.some(names, draw.between(1, 3)) }
  return { ProjectionExpression: text.projection() }
}

const getItem: Maker = (draw, tables) => {
  const table = someTable(draw, tables)
  const text = new ExpressionText(draw)
  const attributes = attributesOf(draw, text, 50)
  const input = {
    TableName: table.name,
    Key: drawKey(draw, table),
    ...attributes,
    ...text.parameters,
    ...capacity(draw),
    ...(draw.chance(30) && { ConsistentRead: draw.chance(50) }),
  }
  return { operation: 'GetItem', input, ...wild(text) }
}

/** What Query and Scan have in common. */
function pageOptions(draw: Draw, { indexName, isGlobal }: Source, attributes: Input): Input {
  const selects =
    Object.keys(attributes).length > 0 ? ['SPECIFIC_ATTRIBUTES'] : ['COUNT', isGlobal ? 'COUNT' : 'ALL_ATTRIBUTES']
  return {
    ...(indexName !== undefined && { IndexName: indexName }),
    ...(draw.chance(50) ? { Limit: draw.between(1, 6) } : capacity(draw)),
    ...(!isGlobal && draw.chance(20) && { ConsistentRead: draw.chance(50) }),
    ...(draw.chance(12) && { Select: draw.pick(selects) }),
  }
}

const query: Maker = (draw, tables) => {
  const table = someTable(draw, tables)
  const source = draw.pick(table.sources)
  const text = new ExpressionText(draw, source.names)
  const hasNames = !text.isCareful || source.names.length > 0
  const isOfBefore = draw.chance(12)
  const condition = isOfBefore
    ? { KeyConditions: keyConditions(draw, source.key), ...(draw.chance(30) && filterConditions(draw, 'QueryFilter')) }
    : {
        KeyConditionExpression: text.keyCondition(source.key),
        ...(hasNames && draw.chance(25) && { FilterExpression: text.condition() }),
      }
  const attributes = isOfBefore || !hasNames ? {} : attributesOf(draw, text, 25, source.names)
  const input = {
    TableName: table.name,
    ...condition,
    ...attributes,
    ...text.parameters,
    ...pageOptions(draw, source, attributes),
    ...(draw.chance(30) && { ScanIndexForward: draw.chance(40) }),
  }
  if (source.indexName === undefined) return { operation: 'Query', input, walk: 'ordered', ...wild(text) }
  const tiesBy = source.key[1]?.name
  return {
    operation: 'Query',
    input,
    ...wild(text),
    ...(tiesBy === undefined ? { walk: 'unordered' } : { walk: 'ordered', tiesBy }),
  }
}

const scan: Maker = (draw, tables) => {
  const table = someTable(draw, tables)
  const source = draw.pick(table.sources)
  const text = new ExpressionText(draw, source.names)
  const hasNames = !text.isCareful || source.names.length > 0
  const isOfBefore = draw.chance(12)
  const filter = isOfBefore
    ? filterConditions(draw, 'ScanFilter')
    : hasNames && draw.chance(40)
      ? { FilterExpression: text.condition() }
      : {}
  const attributes = isOfBefore || !hasNames ? {} : attributesOf(draw, text, 25, source.names)
  const input = {
    TableName: table.name,
    ...filter,
    ...attributes,
    ...text.parameters,
    ...pageOptions(draw, source, attributes),
  }
  if (draw.chance(85)) return { operation: 'Scan', input, walk: 'unordered', ...wild(text) }
  return {
    operation: 'Scan',
    input: { ...input, Segment: 0, TotalSegments: draw.between(1, 3) },
    walk: 'segments',
    ...wild(text),
  }
}

/** Keys of a table, each once. */
function distinctKeys(draw: Draw, table: DrawnTable, count: number): readonly Input[] {
  const keys = new Map<string, Input>()
  for (let at = 0; at < count; at++) {
    const key = drawKey(draw, table)
    keys.set(keyText(key), key)
  }
  return [...keys.values()]
}

/** The same text for the same key: numbers of keys are small. */
function keyText(key: Input): string {
  return JSON.stringify(
    Object.values(key).map((value) => {
      const { N } = value as { readonly N?: string }
      return N === undefined ? value : Number(N)
    }),
  )
}

const batchGetItem: Maker = (draw, tables) => {
  const isCareful = carefully(draw)
  const wanted = draw.some(tables, draw.between(1, tables.length))
  const RequestItems = Object.fromEntries(
    wanted.map((table) => {
      const text = new ExpressionText(draw, PLAIN_NAMES, isCareful)
      const attributes = attributesOf(draw, text, 40)
      const Keys = distinctKeys(draw, table, draw.between(1, 6))
      return [
        table.name,
        { Keys, ...attributes, ...text.parameters, ...(draw.chance(20) && { ConsistentRead: draw.chance(70) }) },
      ]
    }),
  )
  return { operation: 'BatchGetItem', input: { RequestItems, ...capacity(draw) }, ...wild({ isCareful }) }
}

const batchWriteItem: Maker = (draw, tables) => {
  const wanted = draw.some(tables, draw.between(1, tables.length))
  const RequestItems = Object.fromEntries(
    wanted.map((table) => {
      const requests = distinctKeys(draw, table, draw.between(1, 5)).map((Key) =>
        draw.chance(75) ? { PutRequest: { Item: { ...drawItem(draw, table), ...Key } } } : { DeleteRequest: { Key } },
      )
      return [table.name, requests]
    }),
  )
  return { operation: 'BatchWriteItem', input: { RequestItems, ...capacity(draw) } }
}

const transactGetItems: Maker = (draw, tables) => {
  const isCareful = carefully(draw)
  const TransactItems = distinctActions(draw, tables, draw.between(1, 4)).map(({ table, Key }) => {
    const text = new ExpressionText(draw, PLAIN_NAMES, isCareful)
    const projection = draw.chance(40) ? { ProjectionExpression: text.projection() } : {}
    return { Get: { TableName: table.name, Key, ...projection, ...text.parameters } }
  })
  return { operation: 'TransactGetItems', input: { TransactItems, ...capacity(draw) }, ...wild({ isCareful }) }
}

const transactWriteItems: Maker = (draw, tables) => {
  const isCareful = carefully(draw)
  const TransactItems = distinctActions(draw, tables, draw.between(1, 4)).map(({ table, Key }) => {
    const text = new ExpressionText(draw, PLAIN_NAMES, isCareful)
    const condition = (percent: number): Input =>
      draw.chance(percent) ? { ConditionExpression: text.condition(1) } : {}
    const failure = draw.chance(30) ? { ReturnValuesOnConditionCheckFailure: draw.pick(['ALL_OLD', 'NONE']) } : {}
    const TableName = table.name
    const [kind, body] = draw.weighted<readonly [string, () => Input]>([
      [4, () => ['Put', () => ({ TableName, Item: { ...drawItem(draw, table), ...Key }, ...condition(20) })]],
      [3, () => ['Update', () => ({ TableName, Key, UpdateExpression: text.update(), ...condition(20) })]],
      [2, () => ['Delete', () => ({ TableName, Key, ...condition(30) })]],
      [1, () => ['ConditionCheck', () => ({ TableName, Key, ...condition(100) })]],
    ])
    const parameters = body()
    return { [kind]: { ...parameters, ...text.parameters, ...failure } }
  })
  return { operation: 'TransactWriteItems', input: { TransactItems, ...capacity(draw) }, ...wild({ isCareful }) }
}

interface DrawnAction {
  readonly table: DrawnTable
  readonly Key: Input
}

function distinctActions(draw: Draw, tables: readonly DrawnTable[], count: number): readonly DrawnAction[] {
  const actions = new Map<string, DrawnAction>()
  for (let at = 0; at < count; at++) {
    const table = draw.pick(tables)
    const Key = drawKey(draw, table)
    actions.set(`${table.name} ${keyText(Key)}`, { table, Key })
  }
  return [...actions.values()]
}

const describeTable: Maker = (draw, tables) => ({
  operation: 'DescribeTable',
  input: { TableName: someTable(draw, tables).name },
})

const MAKERS: readonly (readonly [number, Maker])[] = [
  [24, putItem],
  [26, updateItem],
  [8, deleteItem],
  [8, getItem],
  [16, query],
  [8, scan],
  [3, batchGetItem],
  [4, batchWriteItem],
  [2, transactGetItems],
  [4, transactWriteItems],
  [1, describeTable],
]
