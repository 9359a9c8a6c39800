// What the compiler must accept and refuse of the typed client. Checked by `tsc` alone; nothing here runs.

import { expectTypeOf } from 'vitest'
import {
  attribute,
  type Database,
  defineTable,
  expr,
  type ItemOf,
  type KeyOf,
  type NativeValue,
  type NumberValue,
  type Page,
} from '../../src/index.ts'

declare const database: Database

interface City {
  readonly country: string
  readonly name: string
  readonly population: number
  readonly region?: string
  readonly address?: { readonly mayor: string }
}

const cities = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S', region: 'S', population: 'N' },
  key: { partition: 'country', sort: 'name' },
  globalIndexes: { byRegion: { partition: 'region', sort: 'population' } },
  localIndexes: { byPopulation: { sort: 'population' } },
})
const events = defineTable({
  name: 'events',
  attributes: { stream: 'B', at: 'N', kind: 'S', place: 'S' },
  key: { partition: 'stream', sort: 'at' },
  globalIndexes: { byKind: { partition: ['kind', 'place'], sort: ['at'] } },
})
const settings = defineTable({ name: 'settings', attributes: { id: 'S' }, key: { partition: 'id' } })

const table = database.table(cities)

// Keys and items come from the declaration.
expectTypeOf<ItemOf<typeof cities>>().toEqualTypeOf<City>()
expectTypeOf<KeyOf<typeof cities>>().toEqualTypeOf<{ readonly country: string; readonly name: string }>()
expectTypeOf<KeyOf<typeof events>>().toEqualTypeOf<{
  readonly stream: Uint8Array
  readonly at: number | bigint | NumberValue
}>()
expectTypeOf<KeyOf<typeof settings>>().toEqualTypeOf<{ readonly id: string }>()
expectTypeOf<ItemOf<typeof events>['stream']>().toExtend<Uint8Array>()
expectTypeOf<ItemOf<typeof events>['at']>().toEqualTypeOf<number>()
expectTypeOf<ItemOf<typeof events>['kind']>().toEqualTypeOf<string | undefined>()
expectTypeOf<ItemOf<typeof events>['anything']>().toEqualTypeOf<NativeValue | undefined>()

// Gets.
expectTypeOf(table.get({ country: 'NL', name: 'Delft' })).resolves.toEqualTypeOf<City | undefined>()
expectTypeOf(table.get({ country: 'NL', name: 'Delft' }, { consistent: true })).resolves.toEqualTypeOf<
  City | undefined
>()
expectTypeOf(table.get({ country: 'NL', name: 'Delft' }, { select: ['name', 'region'] })).resolves.toEqualTypeOf<
  Pick<City, 'name' | 'region'> | undefined
>()
// @ts-expect-error reason: the sort key is missing
void table.get({ country: 'NL' })
// @ts-expect-error reason: the key has another type
void table.get({ country: 'NL', name: 1 })
// @ts-expect-error reason: there is no such attribute
void table.get({ country: 'NL', name: 'Delft' }, { select: ['mayor'] })

// Puts.
expectTypeOf(table.put({ country: 'NL', name: 'Delft', population: 1 })).resolves.toEqualTypeOf<undefined>()
expectTypeOf(
  table.put({ country: 'NL', name: 'Delft', population: 1 }, { returnValues: 'ALL_OLD', if: 'not_exists' }),
).resolves.toEqualTypeOf<City | undefined>()
// @ts-expect-error reason: the population is missing
void table.put({ country: 'NL', name: 'Delft' })
// @ts-expect-error reason: a put cannot return what is new
void table.put({ country: 'NL', name: 'Delft', population: 1 }, { returnValues: 'ALL_NEW' })
void database.table(settings).put({ id: 'theme', dark: true, sizes: new Set([1, 2]), nested: { list: [null] } })
// @ts-expect-error reason: a function is no value
void database.table(settings).put({ id: 'theme', dark: () => true })

// Updates.
const key = { country: 'NL', name: 'Delft' }
expectTypeOf(table.update(key, { set: { population: 2 }, returnValues: 'ALL_NEW' })).resolves.toEqualTypeOf<City>()
expectTypeOf(table.update(key, { remove: ['region'], returnValues: 'UPDATED_OLD' })).resolves.toEqualTypeOf<
  Partial<City> | undefined
>()
expectTypeOf(table.update(key, { add: { population: 1 } })).resolves.toEqualTypeOf<undefined>()
void table.update(key, { set: { population: expr`population + ${1}` }, if: expr`${attribute('region')} = ${'South'}` })
void table.update(key, { expression: expr`SET ${attribute('address', 'mayor')} = ${'x'}` })
void table.update(key, { expression: 'SET #p = :p', names: { '#p': 'population' }, values: { ':p': 1 } })
// @ts-expect-error reason: a population is a number
void table.update(key, { set: { population: 'many' } })
// @ts-expect-error reason: an expression is the whole update
void table.update(key, { set: { population: 1 }, expression: expr`REMOVE region` })

// Queries: which attributes may be asked for depends on the index.
expectTypeOf(await table.query({ where: { country: 'NL' } })).toEqualTypeOf<City[]>()
expectTypeOf(await table.query({ where: { country: 'NL' }, select: ['name'] })).toEqualTypeOf<Pick<City, 'name'>[]>()
expectTypeOf(table.query({ where: { country: 'NL', name: { between: ['A', 'B'] } } }).first()).resolves.toEqualTypeOf<
  City | undefined
>()
expectTypeOf(
  table
    .query({ where: { country: 'NL' } })
    .pages()
    .next(),
).resolves.toEqualTypeOf<IteratorResult<Page<City>, void>>()
void table.query({ index: 'byPopulation', where: { country: 'NL', population: { '>=': 1n } } })
void table.query({ index: 'byRegion', where: { region: 'South', population: 5 }, reverse: true })
void database.table(events).query({ index: 'byKind', where: { kind: 'a', place: 'b', at: { '<': 5 } } })
void database.table(events).query({ where: { stream: new Uint8Array(), at: { between: [1, 2] } } })
// @ts-expect-error reason: the partition key is missing
void table.query({ where: { name: 'Delft' } })
// @ts-expect-error reason: the population is no key of the table
void table.query({ where: { country: 'NL', population: 1 } })
// @ts-expect-error reason: the partition key takes no range
void table.query({ where: { country: { beginsWith: 'N' } } })
// @ts-expect-error reason: a number has no beginning
void table.query({ index: 'byPopulation', where: { country: 'NL', population: { beginsWith: 1 } } })
// @ts-expect-error reason: there is no such index
void table.query({ index: 'byMayor', where: { country: 'NL' } })
// @ts-expect-error reason: every partition attribute of the index is needed
void database.table(events).query({ index: 'byKind', where: { kind: 'a' } })

// Recipes and transactions.
expectTypeOf(
  table.update({ country: 'NL', name: 'Delft' }, (city) => {
    city.population = 1
    // @ts-expect-error reason: a population is a number
    city.population = 'many'
  }),
).resolves.toEqualTypeOf<City>()
void table.update({ country: 'NL', name: 'Delft' }, () => undefined, { if: 'exists' })
void database.table(settings).update({ id: 'a' }, (setting) => void (setting['shown'] = [true]))
expectTypeOf(await database.transact(() => 7)).toEqualTypeOf<number>()
void database.transact(async (tx) => {
  tx.put(cities, { country: 'NL', name: 'Delft', population: 1 }, { if: 'not_exists' })
  tx.update(cities, { country: 'NL', name: 'Delft' }, { add: { population: 1 }, if: 'exists' })
  tx.check(cities, { country: 'NL', name: 'Delft' }, 'exists')
  const city = await tx.get(cities, { country: 'NL', name: 'Delft' })
  expectTypeOf(city?.population).toEqualTypeOf<number | undefined>()
  // @ts-expect-error reason: the sort key is missing
  tx.delete(cities, { country: 'NL' })
  // @ts-expect-error reason: a check needs a condition
  tx.check(cities, { country: 'NL', name: 'Delft' })
})
expectTypeOf(
  await database.transactGet([cities, { country: 'NL', name: 'Delft' }], [cities, { country: 'BE', name: 'Gent' }]),
).toEqualTypeOf<[City | undefined, City | undefined]>()
// @ts-expect-error reason: the sort key is missing
void database.transactGet([cities, { country: 'NL' }])

// Scans.
expectTypeOf(await table.scan()).toEqualTypeOf<City[]>()
expectTypeOf(await table.scan({ index: 'byRegion', select: ['region'] })).toEqualTypeOf<Pick<City, 'region'>[]>()
// @ts-expect-error reason: there is no such index
void table.scan({ index: 'byMayor' })

// Changes and triggers.
for await (const { key: changedKey, newItem, position } of table.changes({ from: 'start', view: 'NEW_IMAGE' })) {
  expectTypeOf(changedKey).toEqualTypeOf<Pick<City, 'country' | 'name'>>()
  expectTypeOf(newItem).toEqualTypeOf<City | undefined>()
  expectTypeOf(position).toBeString()
}
table.trigger({
  name: 'totals',
  filters: [
    { eventName: ['INSERT', { 'anything-but': 'REMOVE' }], dynamodb: { Keys: { country: { S: [{ prefix: 'N' }] } } } },
  ],
  run: (changes) => ({ batchItemFailures: changes.map(({ position }) => ({ itemIdentifier: position })) }),
})
// @ts-expect-error reason: there is no such view
void table.changes({ view: 'ALL' })
// @ts-expect-error reason: a trigger has a function to run
table.trigger({ name: 'totals' })

// Declarations.
void defineTable({ name: 'x', attributes: { id: 'S' }, key: { partition: 'id' }, stream: 'KEYS_ONLY' })
// @ts-expect-error reason: there is no such view
void defineTable({ name: 'x', attributes: { id: 'S' }, key: { partition: 'id' }, stream: 'EVERYTHING' })
// @ts-expect-error reason: the key has no type
void defineTable({ name: 'x', attributes: { id: 'S' }, key: { partition: 'other' } })
// @ts-expect-error reason: the index's key has no type
void defineTable({ name: 'x', attributes: { id: 'S' }, key: { partition: 'id' }, localIndexes: { by: { sort: 'at' } } })
void defineTable({ name: 'x', attributes: { id: 'S' }, key: { partition: 'id' }, timeToLive: 'until' })
void defineTable<City>()({
  name: 'x',
  // @ts-expect-error reason: the items say that a population is a number
  attributes: { country: 'S', name: 'S', population: 'S' },
  key: { partition: 'country' },
})

// The API itself.
expectTypeOf(database.send('GetItem', { TableName: 'x', Key: { pk: { S: 'a' } } })).resolves.toHaveProperty('Item')
// @ts-expect-error reason: there is no such operation
void database.send('GetThing', {})
