// The catalog's caches never show anything that the rows do not say.

import { describe, expect, it } from 'vitest'
import { Catalog } from '../../../src/engine/catalog.ts'
import { newTableRecord } from '../../../src/engine/new-table.ts'
import type { TableRecord } from '../../../src/engine/table-record.ts'
import type { TableSchema } from '../../../src/engine/table-schema.ts'
import type { GrowableDictionary } from '../../../src/model/packed-item.ts'
import type { OrderedStore, Reader, Transaction } from '../../../src/storage/contract.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'

function record(more: Partial<TableRecord> = {}): TableRecord {
  const input = {
    TableName: 'items',
    AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' as const }],
    KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' as const }],
    BillingMode: 'PAY_PER_REQUEST' as const,
  }
  return { ...newTableRecord(input, { tableId: 1, uuid: 'uuid', nowMs: 0 }), ...more }
}

async function read<T>(store: OrderedStore, use: (reader: Reader) => T): Promise<Awaited<T>> {
  const snapshot = store.snapshot()
  const result = await use(snapshot)
  snapshot.close()
  return result
}

async function grow(
  catalog: Catalog,
  transaction: Transaction,
  names: readonly string[],
): Promise<{ readonly table: TableSchema; readonly dictionary: GrowableDictionary }> {
  const table = await catalog.require(transaction, 'items')
  const dictionary = await catalog.dictionaryToGrow(transaction, table)
  const storedCount = dictionary.names.length
  for (const name of names) dictionary.add(name)
  catalog.saveDictionary(transaction, table, dictionary, storedCount)
  return { table, dictionary }
}

describe('tables', () => {
  it('are decoded once while their rows stay the same', async () => {
    const store = createMemoryStore()
    const catalog = new Catalog()
    await store.write((transaction) => catalog.save(transaction, record()))
    const first = await read(store, (reader) => catalog.find(reader, 'items'))
    expect(await read(store, (reader) => catalog.find(reader, 'items'))).toBe(first)
    await store.write((transaction) => catalog.save(transaction, record({ isDeletionProtected: true })))
    const changed = await read(store, (reader) => catalog.find(reader, 'items'))
    expect(changed?.record.isDeletionProtected).toBe(true)
  })

  it('that another worker changed or deleted are seen', async () => {
    const store = createMemoryStore()
    const [own, other] = [new Catalog(), new Catalog()]
    await store.write((transaction) => own.save(transaction, record()))
    await read(store, (reader) => own.find(reader, 'items'))
    await store.write((transaction) => other.save(transaction, record({ uuid: 'other' })))
    expect((await read(store, (reader) => own.find(reader, 'items')))?.record.uuid).toBe('other')
    await store.write((transaction) => transaction.delete('\u0000titems'))
    expect(await read(store, (reader) => own.find(reader, 'items'))).toBeUndefined()
  })

  it('are not kept without bound', async () => {
    const store = createMemoryStore()
    const catalog = new Catalog()
    await store.write((transaction) => {
      for (let number = 0; number < 2000; number++) catalog.save(transaction, record({ name: `table ${number}` }))
    })
    for (let number = 0; number < 2000; number++) {
      const table = await read(store, (reader) => catalog.find(reader, `table ${number}`))
      expect(table?.name).toBe(`table ${number}`)
    }
  })
})

describe('dictionaries', () => {
  it('that a failed transaction grew do not give its ids to other names', async () => {
    const store = createMemoryStore()
    const catalog = new Catalog()
    await store.write((transaction) => catalog.save(transaction, record()))
    await store.write((transaction) => grow(catalog, transaction, ['a', 'b']))
    const failed = store.write(async (transaction) => {
      await grow(catalog, transaction, ['lost'])
      throw new Error('given up')
    })
    await expect(failed).rejects.toThrow('given up')
    const { dictionary } = await store.write((transaction) => grow(catalog, transaction, ['c']))
    expect(dictionary.names).toEqual(['a', 'b', 'c'])
  })

  it('that a transaction grew without storing it are read anew', async () => {
    const store = createMemoryStore()
    const catalog = new Catalog()
    await store.write((transaction) => catalog.save(transaction, record()))
    await store.write((transaction) => grow(catalog, transaction, ['a']))
    await store.write(async (transaction) => {
      const table = await catalog.require(transaction, 'items')
      const dictionary = await catalog.dictionaryToGrow(transaction, table)
      dictionary.add('never stored')
    })
    const { dictionary } = await store.write((transaction) => grow(catalog, transaction, ['b']))
    expect(dictionary.names).toEqual(['a', 'b'])
  })

  it('that another worker grew are read anew', async () => {
    const store = createMemoryStore()
    const [own, other] = [new Catalog(), new Catalog()]
    await store.write((transaction) => own.save(transaction, record()))
    await store.write((transaction) => grow(own, transaction, ['a']))
    await store.write((transaction) => grow(other, transaction, ['b']))
    const { table, dictionary } = await store.write((transaction) => grow(own, transaction, ['c']))
    expect(dictionary.names).toEqual(['a', 'b', 'c'])
    const seen = await read(store, (reader) => other.dictionary(reader, table))
    expect(seen.names).toEqual(['a', 'b', 'c'])
  })

  it('serve older snapshots too', async () => {
    const store = createMemoryStore()
    const catalog = new Catalog()
    await store.write((transaction) => catalog.save(transaction, record()))
    await store.write((transaction) => grow(catalog, transaction, ['a']))
    const older = store.snapshot()
    const { table, dictionary } = await store.write((transaction) => grow(catalog, transaction, ['b']))
    expect(await catalog.dictionary(older, table)).toBe(dictionary)
    older.close()
  })
})
