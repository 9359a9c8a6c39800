// What DynamoDB refuses, a page gets refused with DynamoDB's exception and message (law 12), through the typed table and
// through `send`, and nothing is changed by it: neither the table nor its indexes.

import { attribute, defineTable, deleteDatabase, expr, NumberValue, openDatabase, ServiceException } from 'tidetable'
import type { Database, OperationName } from 'tidetable'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface City {
  readonly country: string
  readonly name: string
  readonly population: number
  readonly continent?: string
}

/** One request that is refused. */
interface Refusal {
  readonly what: string
  readonly exception: string
  readonly message: string
  /** In DynamoDB's shape. */
  readonly sent: readonly [operation: OperationName, input: object]
  /** The same through the typed table; missing where that cannot ask for it. */
  readonly typed?: (cities: UntypedTable) => PromiseLike<unknown>
}

/** A table as JavaScript without types may call it. */
interface UntypedTable {
  put(item: unknown, options?: unknown): Promise<unknown>
  get(key: unknown, options?: unknown): Promise<unknown>
  update(key: unknown, changes: unknown): Promise<unknown>
  delete(key: unknown, options?: unknown): Promise<unknown>
  query(request: unknown): PromiseLike<unknown>
}

/** All items of the table and of each index, by name. */
interface Contents {
  readonly items: readonly City[]
  readonly byContinent: readonly City[]
  readonly byPopulation: readonly City[]
}

const DATABASE = 'bad-input'
const CITIES = defineTable<City>()({
  name: 'Cities',
  attributes: { country: 'S', name: 'S', population: 'N', continent: 'S' },
  key: { partition: 'country', sort: 'name' },
  globalIndexes: { byContinent: { partition: 'continent', sort: 'population' } },
  localIndexes: { byPopulation: { sort: 'population' } },
})
const MISSING = defineTable<City>()({ ...CITIES, name: 'Missing' })
const ULM: City = { country: 'DE', name: 'Ulm', population: 126_790, continent: 'Europe' }
const BERN: City = { country: 'CH', name: 'Bern', population: 134_794 }

/** What the table and its indexes hold before and after every refused request. */
const UNCHANGED: Contents = { items: [BERN, ULM], byContinent: [ULM], byPopulation: [BERN, ULM] }

const TableName = 'Cities'
const Key = { country: { S: 'DE' }, name: { S: 'Ulm' } }
const key = { country: 'DE', name: 'Ulm' }
/** Alone it leaves no room for the key in an item of at most 409,600 bytes. */
const LONG_TEXT = 'x'.repeat(409_600)
const MAX_DEPTH = 32
const INVALID = 'One or more parameter values were invalid:'
const EMPTY_KEY =
  'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key:'

const REFUSALS: readonly Refusal[] = [
  {
    what: 'a put with an empty partition key',
    exception: 'ValidationException',
    message: `${EMPTY_KEY} country`,
    sent: ['PutItem', { TableName, Item: { ...Key, country: { S: '' } } }],
    typed: (cities) => cities.put({ ...ULM, country: '' }),
  },
  {
    what: 'a get with an empty sort key',
    exception: 'ValidationException',
    message: `${EMPTY_KEY} name`,
    sent: ['GetItem', { TableName, Key: { ...Key, name: { S: '' } } }],
    typed: (cities) => cities.get({ ...key, name: '' }),
  },
  {
    what: 'a delete with an empty sort key',
    exception: 'ValidationException',
    message: `${EMPTY_KEY} name`,
    sent: ['DeleteItem', { TableName, Key: { ...Key, name: { S: '' } } }],
    typed: (cities) => cities.delete({ ...key, name: '' }),
  },
  {
    what: 'a put with an empty key of an index',
    exception: 'ValidationException',
    message:
      'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byContinent, IndexKey: continent',
    sent: ['PutItem', { TableName, Item: { ...Key, continent: { S: '' }, population: { N: '1' } } }],
    typed: (cities) => cities.put({ ...ULM, continent: '' }),
  },
  {
    what: 'a put without the sort key',
    exception: 'ValidationException',
    message: `${INVALID} Missing the key name in the item`,
    sent: ['PutItem', { TableName, Item: { country: { S: 'DE' } } }],
    typed: (cities) => cities.put({ country: 'DE' }),
  },
  {
    what: 'a put with a key of the wrong type',
    exception: 'ValidationException',
    message: `${INVALID} Type mismatch for key country expected: S actual: N`,
    sent: ['PutItem', { TableName, Item: { ...Key, country: { N: '49' } } }],
    typed: (cities) => cities.put({ ...ULM, country: 49 }),
  },
  {
    what: 'a get with a key of the wrong type',
    exception: 'ValidationException',
    message: 'The provided key element does not match the schema',
    sent: ['GetItem', { TableName, Key: { ...Key, name: { N: '1' } } }],
    typed: (cities) => cities.get({ ...key, name: 1 }),
  },
  {
    what: 'a put with an index key of the wrong type',
    exception: 'ValidationException',
    message: `${INVALID} Type mismatch for Index Key population Expected: N Actual: S IndexName: byPopulation`,
    sent: ['PutItem', { TableName, Item: { ...Key, population: { S: 'many' } } }],
    typed: (cities) => cities.put({ ...key, population: 'many' }),
  },
  {
    what: 'an update of a key attribute',
    exception: 'ValidationException',
    message: `${INVALID} Cannot update attribute country. This attribute is part of the key`,
    sent: [
      'UpdateItem',
      { TableName, Key, UpdateExpression: 'SET country = :c', ExpressionAttributeValues: { ':c': { S: 'AT' } } },
    ],
    typed: (cities) => cities.update(key, { set: { country: 'AT' } }),
  },
  {
    what: 'an update that adds a number to a text',
    exception: 'ValidationException',
    message: 'An operand in the update expression has an incorrect data type',
    sent: [
      'UpdateItem',
      { TableName, Key, UpdateExpression: 'ADD continent :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
    ],
    typed: (cities) => cities.update(key, { add: { continent: 1 } }),
  },
  {
    what: 'an item larger than 400 KB',
    exception: 'ValidationException',
    message: 'Item size has exceeded the maximum allowed size',
    sent: ['PutItem', { TableName, Item: { ...Key, text: { S: LONG_TEXT } } }],
    typed: (cities) => cities.put({ ...ULM, text: LONG_TEXT }),
  },
  {
    what: 'an update that makes an item larger than 400 KB',
    exception: 'ValidationException',
    message: 'Item size to update has exceeded the maximum allowed size',
    sent: [
      'UpdateItem',
      { TableName, Key, UpdateExpression: 'SET note = :n', ExpressionAttributeValues: { ':n': { S: LONG_TEXT } } },
    ],
    typed: (cities) => cities.update(key, { set: { note: LONG_TEXT } }),
  },
  {
    what: 'a condition that breaks off',
    exception: 'ValidationException',
    message: 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: ">"',
    sent: ['PutItem', { TableName, Item: Key, ConditionExpression: 'population >' }],
    typed: (cities) => cities.put(ULM, { if: { expression: 'population >' } }),
  },
  {
    what: 'a filter with a hole in it',
    exception: 'ValidationException',
    message: 'Invalid FilterExpression: Syntax error; token: ">", near: "( > :c"',
    sent: [
      'Query',
      {
        TableName,
        KeyConditionExpression: 'country = :c',
        FilterExpression: 'size( > :c',
        ExpressionAttributeValues: { ':c': { S: 'DE' } },
      },
    ],
    typed: (cities) =>
      cities.query({ where: { country: 'DE' }, filter: { expression: 'size( > :c', values: { ':c': 'DE' } } }),
  },
  {
    what: 'a reserved word in an expression',
    exception: 'ValidationException',
    message: 'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: name',
    sent: ['DeleteItem', { TableName, Key, ConditionExpression: 'attribute_exists(name)' }],
    typed: (cities) => cities.delete(key, { if: expr`attribute_exists(name)` }),
  },
  {
    what: 'a value that no expression uses',
    exception: 'ValidationException',
    message: 'Value provided in ExpressionAttributeValues unused in expressions: keys: {:q}',
    sent: [
      'UpdateItem',
      {
        TableName,
        Key,
        UpdateExpression: 'SET population = :p',
        ExpressionAttributeValues: { ':p': { N: '1' }, ':q': { N: '2' } },
      },
    ],
    typed: (cities) => cities.update(key, { expression: 'SET population = :p', values: { ':p': 1, ':q': 2 } }),
  },
  {
    what: 'a name that no expression uses',
    exception: 'ValidationException',
    message: 'Value provided in ExpressionAttributeNames unused in expressions: keys: {#q}',
    sent: [
      'UpdateItem',
      {
        TableName,
        Key,
        UpdateExpression: 'SET population = :p',
        ExpressionAttributeNames: { '#q': 'note' },
        ExpressionAttributeValues: { ':p': { N: '1' } },
      },
    ],
    typed: (cities) =>
      cities.update(key, { expression: 'SET population = :p', names: { '#q': 'note' }, values: { ':p': 1 } }),
  },
  {
    what: 'a value that is not defined',
    exception: 'ValidationException',
    message:
      'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :p',
    sent: ['UpdateItem', { TableName, Key, UpdateExpression: 'SET population = :p' }],
    typed: (cities) => cities.update(key, { expression: 'SET population = :p' }),
  },
  {
    what: 'a text that is no number',
    exception: 'ValidationException',
    message: 'The parameter cannot be converted to a numeric value: many',
    sent: ['PutItem', { TableName, Item: { ...Key, population: { N: 'many' } } }],
    typed: async (cities) => cities.put({ ...ULM, population: new NumberValue('many') }),
  },
  {
    what: 'a number that is too large',
    exception: 'ValidationException',
    message: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
    sent: ['PutItem', { TableName, Item: { ...Key, population: { N: '1e126' } } }],
    typed: (cities) => cities.put({ ...ULM, population: 10n ** 126n }),
  },
  {
    what: 'a number that is too small',
    exception: 'ValidationException',
    message: 'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    sent: ['PutItem', { TableName, Item: { ...Key, population: { N: '1e-131' } } }],
    typed: (cities) => cities.put({ ...ULM, population: 1e-131 }),
  },
  {
    what: 'a number of 39 digits',
    exception: 'ValidationException',
    message: 'Attempting to store more than 38 significant digits in a Number',
    sent: ['PutItem', { TableName, Item: { ...Key, population: { N: '123456789012345678901234567890123456789' } } }],
    typed: (cities) => cities.put({ ...ULM, population: 123456789012345678901234567890123456789n }),
  },
  {
    what: 'a value nested deeper than 32 levels',
    exception: 'ValidationException',
    message:
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    sent: ['PutItem', { TableName, Item: { ...Key, deep: nestedValue(MAX_DEPTH) } }],
    typed: (cities) => cities.put({ ...ULM, deep: nestedList(MAX_DEPTH) }),
  },
  {
    what: 'an empty set',
    exception: 'ValidationException',
    message: `${INVALID} An string set  may not be empty`,
    sent: ['PutItem', { TableName, Item: { ...Key, rivers: { SS: [] } } }],
    typed: (cities) => cities.put({ ...ULM, rivers: new Set() }),
  },
  {
    what: 'a value of two types',
    exception: 'ValidationException',
    message:
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    sent: ['PutItem', { TableName, Item: { ...Key, population: { N: '1', S: '1' } } }],
  },
  {
    what: 'a query that does not give the partition key',
    exception: 'ValidationException',
    message: 'Query condition missed key schema element: country',
    sent: [
      'Query',
      {
        TableName,
        KeyConditionExpression: '#n = :n',
        ExpressionAttributeNames: { '#n': 'name' },
        ExpressionAttributeValues: { ':n': { S: 'Ulm' } },
      },
    ],
    typed: (cities) => cities.query({ where: { name: 'Ulm' } }),
  },
  {
    what: 'a query of an index that does not exist',
    exception: 'ValidationException',
    message: 'The table does not have the specified index: byRiver',
    sent: [
      'Query',
      {
        TableName,
        IndexName: 'byRiver',
        KeyConditionExpression: 'river = :r',
        ExpressionAttributeValues: { ':r': { S: 'Danube' } },
      },
    ],
    typed: (cities) => cities.query({ index: 'byRiver', where: { river: 'Danube' } }),
  },
  {
    what: 'a write whose condition does not hold',
    exception: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
    sent: ['PutItem', { TableName, Item: Key, ConditionExpression: 'attribute_not_exists(country)' }],
    typed: (cities) =>
      cities.put({ ...ULM, population: 1 }, { if: expr`attribute_not_exists(${attribute('country')})` }),
  },
  {
    what: 'a put to an unknown table',
    exception: 'ResourceNotFoundException',
    message: 'Requested resource not found',
    sent: ['PutItem', { TableName: 'Missing', Item: Key }],
    typed: () => untyped(MISSING).put(ULM),
  },
  {
    what: 'a get from an unknown table',
    exception: 'ResourceNotFoundException',
    message: 'Requested resource not found',
    sent: ['GetItem', { TableName: 'Missing', Key }],
    typed: () => untyped(MISSING).get(key),
  },
]

let database: Database

beforeAll(async () => {
  database = await openDatabase({ name: DATABASE, tables: [CITIES] })
  await database.table(CITIES).putMany([ULM, BERN])
})

afterAll(async () => {
  await database.close()
  await deleteDatabase(DATABASE)
})

describe.each(REFUSALS)('$what', ({ exception, message, sent: [operation, input] }) => {
  it('is refused when sent in the shape of the API, and changes nothing', async () => {
    const refused = database.send(operation, input)

    expect(await failureOf(refused)).toEqual({ exception, message })
    expect(await readAll()).toEqual(UNCHANGED)
  })
})

describe.each(REFUSALS.filter(isTyped))('$what', ({ exception, message, typed }) => {
  it('is refused by the typed table, and changes nothing', async () => {
    const refused = typed(untyped(CITIES))

    expect(await failureOf(refused)).toEqual({ exception, message })
    expect(await readAll()).toEqual(UNCHANGED)
  })
})

describe('a value nested 32 levels deep', () => {
  it('is stored and read again', async () => {
    const deep = nestedList(MAX_DEPTH - 1)
    await untyped(CITIES).put({ ...key, population: ULM.population, deep })
    const stored = await untyped(CITIES).get(key)
    await database.table(CITIES).put(ULM)

    expect(stored).toEqual({ ...key, population: ULM.population, deep })
  })
})

function isTyped(refusal: Refusal): refusal is Required<Refusal> {
  return refusal.typed !== undefined
}

function untyped(definition: typeof CITIES): UntypedTable {
  return database.table(definition)
}

async function readAll(): Promise<Contents> {
  const cities = database.table(CITIES)
  const byName = (a: City, b: City): number => (a.name < b.name ? -1 : 1)
  return {
    items: (await cities.scan()).toSorted(byName),
    byContinent: (await cities.scan({ index: 'byContinent' })).toSorted(byName),
    byPopulation: (await cities.scan({ index: 'byPopulation' })).toSorted(byName),
  }
}

async function failureOf(
  work: PromiseLike<unknown>,
): Promise<{ readonly exception: string; readonly message: string }> {
  try {
    await work
  } catch (error) {
    if (error instanceof ServiceException) return { exception: error.name, message: error.message }
    throw error
  }
  return { exception: 'none', message: 'the request was accepted' }
}

/** A text inside so many lists, in DynamoDB's shape. */
function nestedValue(containers: number): object {
  return containers === 0 ? { S: 'deep' } : { L: [nestedValue(containers - 1)] }
}

/** The same as native values. */
function nestedList(containers: number): unknown {
  return containers === 0 ? 'deep' : [nestedList(containers - 1)]
}
