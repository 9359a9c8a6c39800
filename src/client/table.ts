// A table as an app uses it: DynamoDB's operations with native values and one short name each.

import type { Clock } from '../base/clock.ts'
import { type NativeItem, packNativeItem, unpackNativeItem } from '../model/native.ts'
import type { GetItemOutput, ReadPageOutput, ReturnValue, WriteItemOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import { HOLE } from '../rpc/holes.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import type { BulkOutput, CallForm, WorkerOperations } from '../rpc/protocol.ts'
import type { Session } from '../rpc/session.ts'
import type { BulkOptions, BulkWork, Source } from './bulk.ts'
import type { ChangesOptions } from './change-types.ts'
import type { ItemOf, KeyOf, TableDefinition } from './define-table.ts'
import type { ExpressionWriter } from './expression.ts'
import { writeKeyCondition } from './key-condition.ts'
import {
  createLive,
  type Live,
  type LiveDoor,
  type LiveItem,
  liveKey,
  type LiveOptions,
  type LiveRequest,
} from './live.ts'
import { openChanges } from './open-changes.ts'
import { openTrigger } from './open-trigger.ts'
import type { QueryRequest, ReadOptions, ScanRequest } from './query-types.ts'
import { type Condition, Request } from './request.ts'
import { createRows, decodeRows, type PageRequest, type Rows } from './rows.ts'
import type { Recipe, RecipeOptions } from './transaction-types.ts'
import type { ChangeOf, Trigger, TriggerOptions, UntypedTrigger } from './trigger-types.ts'
import { type UpdateChanges, writeUpdate } from './update-expression.ts'

/** What every single write can be told. */
export interface WriteOptions<Value extends ReturnValue> {
  /** The write is refused with ConditionalCheckFailedException unless this holds. */
  readonly if?: Condition
  /** What to return: default `NONE`. */
  readonly returnValues?: Value
  /** `ALL_OLD`: the exception of a failed `if` has the item that failed it, in its field `Item`, as AttributeValues. */
  readonly returnValuesOnFailure?: 'ALL_OLD' | 'NONE'
}

/** What `get` and `getMany` may be told. */
export interface GetOptions<Names extends PropertyKey = string> {
  /** Top-level attributes to return; all by default. */
  readonly select?: readonly Names[]
  /** Reads what all other tabs have written so far. Default false. */
  readonly consistent?: boolean
}

/** What a write returns: nothing, whole items, or the attributes that changed. */
export type Returned<ItemType, Value extends ReturnValue> = Value extends 'ALL_NEW'
  ? ItemType
  : Value extends 'ALL_OLD'
    ? ItemType | undefined
    : Value extends 'UPDATED_NEW' | 'UPDATED_OLD'
      ? Partial<ItemType> | undefined
      : undefined

/** One table. */
export interface Table<Definition extends TableDefinition> {
  readonly definition: Definition

  /**
   * Stores an item in place of the one with its key, if there is one.
   *
   * @throws ServiceException ConditionalCheckFailedException, ValidationException
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
   */
  put<Value extends 'NONE' | 'ALL_OLD' = 'NONE'>(
    item: ItemOf<Definition>,
    options?: WriteOptions<Value>,
  ): Promise<Returned<ItemOf<Definition>, Value>>

  /**
   * The item with this key; undefined when there is none.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
   */
  get(
    key: KeyOf<Definition>,
    options?: GetOptions & { readonly select?: undefined },
  ): Promise<ItemOf<Definition> | undefined>
  get<Name extends keyof ItemOf<Definition>>(
    key: KeyOf<Definition>,
    options: GetOptions<Name>,
  ): Promise<Pick<ItemOf<Definition>, Name> | undefined>

  /**
   * The item with this key as it is, from now on: kept right by what is written, in whichever tab.
   *
   * @example
   * cities.live({ country: 'NL', name: 'Delft' }).subscribe(({ item, isPending }) => show(item, isPending))
   * @throws ServiceException ValidationException when the key cannot be packed
   */
  live(
    key: KeyOf<Definition>,
    options?: GetOptions & LiveOptions & { readonly select?: undefined },
  ): Live<LiveItem<ItemOf<Definition>>>
  live<Name extends keyof ItemOf<Definition>>(
    key: KeyOf<Definition>,
    options: GetOptions<Name> & LiveOptions,
  ): Live<LiveItem<Pick<ItemOf<Definition>, Name>>>

  /**
   * Changes attributes of the item with this key, which is made if there is none.
   *
   * @example
   * await cities.update(key, { set: { population: 1 }, add: { visits: 1 }, remove: ['note'], if: 'exists' })
   * await cities.update(key, { expression: expr`SET visits = visits + ${1}` })
   * @throws ServiceException ConditionalCheckFailedException, ValidationException
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
   */
  update<Value extends ReturnValue = 'NONE'>(
    key: KeyOf<Definition>,
    changes: UpdateChanges<ItemOf<Definition>> & WriteOptions<Value>,
  ): Promise<Returned<ItemOf<Definition>, Value>>

  /**
   * Changes the item with this key in place: what the recipe changes of its draft is written, on the condition that all
   * that it has looked at is still as it was; if others were first, it runs again. Where there is no item the draft is the
   * key, and the item is made. A recipe that changes nothing writes nothing.
   *
   * @example
   * await cities.update({ country: 'NL', name: 'Delft' }, (city) => {
   *   city.population += 1
   *   city.tags.add('blue')
   * })
   * @returns the item after it
   * @throws ServiceException ConditionalCheckFailedException when `if` does not hold; ValidationException
   * @throws DatabaseError `RaceLost` when others were always first; `InvalidOption` when the recipe looks at more than 100
   *   attributes of an item that is there, or returns another item instead of changing its draft
   */
  update(
    key: KeyOf<Definition>,
    recipe: Recipe<ItemOf<Definition>>,
    options?: RecipeOptions,
  ): Promise<ItemOf<Definition>>

  /**
   * Removes the item with this key, if there is one.
   *
   * @throws ServiceException ConditionalCheckFailedException
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
   */
  delete<Value extends 'NONE' | 'ALL_OLD' = 'NONE'>(
    key: KeyOf<Definition>,
    options?: WriteOptions<Value>,
  ): Promise<Returned<ItemOf<Definition>, Value>>

  /**
   * The items with one partition key, in the order of their sort keys.
   *
   * @example
   * await cities.query({ where: { country: 'NL', name: { beginsWith: 'Am' } }, limit: 10 })
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
   */
  query(
    request: QueryRequest<Definition, keyof ItemOf<Definition>> & { readonly select?: undefined },
  ): Rows<ItemOf<Definition>>
  query<Name extends keyof ItemOf<Definition>>(
    request: QueryRequest<Definition, Name>,
  ): Rows<Pick<ItemOf<Definition>, Name>>

  /**
   * All items of the table or of an index.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
   */
  scan(
    request?: ScanRequest<Definition, keyof ItemOf<Definition>> & { readonly select?: undefined },
  ): Rows<ItemOf<Definition>>
  scan<Name extends keyof ItemOf<Definition>>(
    request: ScanRequest<Definition, Name>,
  ): Rows<Pick<ItemOf<Definition>, Name>>

  /** Gets any number of items: in the order of the keys, undefined where there is none. */
  getMany(
    keys: Source<KeyOf<Definition>>,
    options?: BulkOptions & { readonly consistent?: boolean },
  ): Promise<(ItemOf<Definition> | undefined)[]>

  /**
   * Puts any number of items, in batches that are each kept whole. Of two items with the same key the later one counts.
   * When one fails, those before it may have been put.
   *
   * @returns how many there were
   */
  putMany(items: Source<ItemOf<Definition>>, options?: BulkOptions): Promise<number>

  /**
   * Deletes any number of items, as `putMany`.
   *
   * @returns how many keys there were
   */
  deleteMany(keys: Source<KeyOf<Definition>>, options?: BulkOptions): Promise<number>

  /**
   * The table's changes as they come, whichever tab makes them, in the order of commits. They are read from the table's
   * stream, which its declaration has to ask for. Ends when the stream is disabled or the database closed.
   *
   * @example
   * for await (const { kind, key, newItem } of cities.changes({ signal })) show(kind, key, newItem)
   * @throws ServiceException TrimmedDataAccessException when changes behind `from` are older than 24 hours
   * @throws DatabaseError `InvalidOption` when the table has no stream, or one that shows less than `view`
   */
  changes(options?: ChangesOptions): AsyncIterableIterator<ChangeOf<Definition>, undefined>

  /**
   * Runs a function on the table's changes, batch by batch, each at least once: its checkpoint is kept in the database, and
   * of several tabs one runs it, another when that is closed. The table needs a stream.
   *
   * @example
   * cities.trigger({ name: 'totals', run: async (changes) => addUp(changes) })
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
   */
  trigger(options: TriggerOptions<ChangeOf<Definition>>): Trigger
}

/** What a table needs of the database that it belongs to. */
export interface TableContext {
  readonly session: Session
  readonly clock: Clock
  /** What is called when the database is closed; it waits a while for promises. */
  readonly closing: Set<() => unknown>
  readonly live: LiveDoor
}

/** The table of a definition, in an open database. */
export function createTable<Definition extends TableDefinition>(
  definition: Definition,
  context: TableContext,
): Table<Definition> {
  // The class is typed with what is true of every table; the interface says it of this one.
  return new OpenTable(definition, context) as unknown as Table<Definition>
}

/** One batch of the API: what they find may be 400 KB each. */
const GET_SLICE_ITEMS = 100
/** Measured in Chromium, in loads by 1,000: with 250 or 500 they take some percent longer. */
const WRITE_SLICE_ITEMS = 350

type BulkWrite = 'tidetable:put-many' | 'tidetable:delete-many'

class OpenTable {
  readonly definition: TableDeclaration
  readonly #clock: Clock
  readonly #session: Session
  readonly #closing: Set<() => unknown>
  readonly #live: LiveDoor
  /** Plain gets and puts share these, so that many of them are one object in a message. */
  readonly #getForm: CallForm
  readonly #putForm: CallForm

  constructor(definition: TableDeclaration, { session, clock, closing, live }: TableContext) {
    const { name: tableName } = definition
    this.definition = definition
    this.#session = session
    this.#clock = clock
    this.#closing = closing
    this.#live = live
    this.#getForm = { operation: 'GetItem', input: { TableName: tableName, Key: HOLE }, rows: 'packed' }
    this.#putForm = { operation: 'PutItem', input: { TableName: tableName, Item: HOLE }, rows: 'packed' }
  }

  put(item: NativeItem, options?: WriteOptions<ReturnValue>): Promise<NativeItem | undefined> {
    return this.#session.call(
      () =>
        options === undefined
          ? { form: this.#putForm, items: [this.#pack(item)] }
          : this.#write('PutItem', options, (request) => request.item('Item', item)),
      attributesOf,
    )
  }

  get(key: NativeItem, options?: GetOptions): Promise<NativeItem | undefined> {
    if (options === undefined) {
      const cached = this.#live.cacheForRead()?.item(this.definition, key, () => this.#cachedGet(key))
      if (cached !== undefined) return cached
    }
    return this.#session.call(
      () => (options === undefined ? { form: this.#getForm, items: [this.#pack(key)] } : this.#get(key, options)),
      itemOf,
    )
  }

  live(key: NativeItem, options: GetOptions & LiveOptions = {}): Live<LiveItem<NativeItem>> {
    const { signal } = options
    const prepared = this.#get(key, options)
    return createLive(this.#live, {
      ...prepared,
      isItem: true,
      isReverse: false,
      limitRows: Number.POSITIVE_INFINITY,
      signal,
    })
  }

  update(
    key: NativeItem,
    changes: (UpdateChanges<Record<string, unknown>> & WriteOptions<ReturnValue>) | NativeRecipe,
    options: RecipeOptions = {},
  ): Promise<NativeItem | undefined> {
    if (typeof changes === 'function') return this.#updateByRecipe(ownKey(key), changes, options)
    return this.#session.call(
      () =>
        this.#write('UpdateItem', changes, (request) =>
          request.item('Key', key).expression('UpdateExpression', (writer) => writeUpdate(writer, changes)),
        ),
      attributesOf,
    )
  }

  delete(key: NativeItem, options: WriteOptions<ReturnValue> = {}): Promise<NativeItem | undefined> {
    return this.#session.call(
      () => this.#write('DeleteItem', options, (request) => request.item('Key', key)),
      attributesOf,
    )
  }

  query(query: QueryRequest<TableDeclaration>): Rows<NativeItem> {
    const { where, reverse } = query as {
      readonly where: Readonly<Record<string, unknown>>
      readonly reverse?: boolean
    }
    const forward = reverse === undefined ? undefined : !reverse
    return this.#rows('Query', query, (request) =>
      request
        .expression('KeyConditionExpression', (writer) => writeKeyCondition(writer, where))
        .set('ScanIndexForward', forward),
    )
  }

  scan(scan: ScanRequest<TableDeclaration> = {}): Rows<NativeItem> {
    return this.#rows('Scan', scan, (request) =>
      request.set('Segment', scan.segment).set('TotalSegments', scan.totalSegments),
    )
  }

  async getMany(
    keys: Source<NativeItem>,
    options: BulkOptions & { readonly consistent?: boolean } = {},
  ): Promise<(NativeItem | undefined)[]> {
    const found: (NativeItem | undefined)[] = []
    const isConsistent = options.consistent ?? false
    const run = async (slice: readonly Uint8Array[], firstIndex: number): Promise<void> => {
      const { items } = (await this.#many('tidetable:get-many', slice, {
        isConsistent,
        keyNames: this.#keyNames(),
      })) as BulkOutput
      const rows = await decodeRows<NativeItem | undefined>(items, this.#clock)
      rows.forEach((row, index) => (found[firstIndex + index] = row))
    }
    await this.#bulk(keys, { ...options, sliceItems: GET_SLICE_ITEMS, run })
    return found
  }

  putMany(items: Source<NativeItem>, options: BulkOptions = {}): Promise<number> {
    return this.#writeMany('tidetable:put-many', items, options)
  }

  deleteMany(keys: Source<NativeItem>, options: BulkOptions = {}): Promise<number> {
    return this.#writeMany('tidetable:delete-many', keys, options)
  }

  changes(options: ChangesOptions = {}): AsyncIterableIterator<unknown, undefined> {
    const [session, closing, tableName] = [this.#session, this.#closing, this.definition.name]
    return openChanges({ session, closing, tableName, keyNames: this.#keyNames(), options })
  }

  async #updateByRecipe(key: NativeItem, recipe: NativeRecipe, options: RecipeOptions): Promise<NativeItem> {
    const { updateByRecipe } = await import('./recipe.ts')
    const place = {
      session: this.#session,
      clock: this.#clock,
      tableName: this.definition.name,
      keyNames: this.#keyNames(),
      key,
    }
    return updateByRecipe(place, recipe, options)
  }

  trigger(trigger: UntypedTrigger): Trigger {
    const [session, closing, tableName] = [this.#session, this.#closing, this.definition.name]
    const context = { session, closing, clock: this.#clock, live: this.#live }
    const openTable = (definition: TableDefinition): Table<TableDefinition> => createTable(definition, context)
    return openTrigger({ session, closing, tableName, keyNames: this.#keyNames(), trigger, openTable })
  }

  #writeMany(operation: BulkWrite, source: Source<NativeItem>, options: BulkOptions): Promise<number> {
    const run = async (slice: readonly Uint8Array[]): Promise<void> => void (await this.#many(operation, slice))
    return this.#bulk(source, { ...options, sliceItems: WRITE_SLICE_ITEMS, run })
  }

  async #bulk(
    source: Source<NativeItem>,
    work: BulkOptions & Pick<BulkWork<NativeItem>, 'sliceItems' | 'run'>,
  ): Promise<number> {
    const { runBulk } = await import('./bulk.ts')
    return runBulk({ ...work, source, clock: this.#clock, pack: (item) => this.#pack(item) })
  }

  #many(operation: keyof WorkerOperations, items: readonly Uint8Array[], options?: object): Promise<unknown> {
    const { name: tableName } = this.definition
    const input = { ...options, tableName, items: items.map(() => HOLE) }
    return this.#session.call(
      () => ({ form: { operation, input, rows: 'packed' }, items }),
      (output) => output,
    )
  }

  #keyNames(): readonly string[] {
    const { partition, sort } = this.definition.key
    return sort === undefined ? [partition] : [partition, sort]
  }

  #rows(
    operation: 'Query' | 'Scan',
    options: ReadOptions & { readonly index?: string | undefined },
    own: Adds,
  ): Rows<NativeItem> {
    const { index, filter, select, consistent } = options
    const prepare = ({ startKey, limitItems, isCount }: PageRequest): Prepared =>
      own(this.#request(operation))
        .set('IndexName', index)
        .expression('FilterExpression', filter && ((writer: ExpressionWriter) => writer.expression(filter)))
        .select(isCount ? undefined : select)
        .set('Select', isCount ? 'COUNT' : undefined)
        .set('ConsistentRead', consistent)
        .set('ExclusiveStartKey', startKey)
        .set('Limit', limitItems)
        .finish()
    const live = (page: PageRequest): LiveRequest => {
      const { limit: limitRows = Number.POSITIVE_INFINITY, signal } = options
      const { reverse: isReverse = false } = options as { readonly reverse?: boolean }
      return { ...prepare(page), isItem: false, isReverse, limitRows, signal }
    }
    return createRows({
      live: (page) => createLive(this.#live, live(page)),
      cached: (page) => {
        const cache = operation === 'Query' && consistent !== true ? this.#live.cacheForRead() : undefined
        if (cache === undefined) return undefined
        const request = live(page)
        return cache.rows(liveKey(this.#live, request), request)
      },
      fetch: (page) =>
        this.#session.call(
          () => prepare(page),
          (output) => output as ReadPageOutput<PackedItem>,
        ),
      clock: this.#clock,
      limit: options.limit,
      pageSize: options.pageSize,
      after: options.after,
      hasFilter: filter !== undefined,
      signal: options.signal,
    })
  }

  #cachedGet(key: NativeItem): LiveRequest {
    return {
      form: this.#getForm,
      items: [this.#pack(key)],
      isItem: true,
      isReverse: false,
      limitRows: Number.POSITIVE_INFINITY,
    }
  }

  #get(key: NativeItem, { consistent, select }: GetOptions): Prepared {
    return this.#request('GetItem').item('Key', key).set('ConsistentRead', consistent).select(select).finish()
  }

  #write(operation: string, options: WriteOptions<ReturnValue>, own: Adds): Prepared {
    return own(this.#request(operation))
      .condition(options.if, this.definition.key.partition)
      .set('ReturnValues', options.returnValues)
      .set('ReturnValuesOnConditionCheckFailure', options.returnValuesOnFailure)
      .finish()
  }

  #request(operation: string): Request {
    return new Request(operation, this.definition.name, this.#session.dictionary)
  }

  #pack(item: NativeItem): Uint8Array {
    return packNativeItem(item, this.#session.dictionary)
  }
}

type NativeRecipe = (draft: NativeItem) => unknown

/** A key that stays as it is, whatever the caller does with theirs: it is read again and again. */
function ownKey(key: NativeItem): NativeItem {
  const attributes = Object.entries(key)
  return Object.fromEntries(
    attributes.map(([name, value]) => [name, value instanceof Uint8Array ? value.slice() : value]),
  )
}

/** Adds to a request what is its operation's own. */
type Adds = (request: Request) => Request

function itemOf(output: unknown): NativeItem | undefined {
  const { Item } = output as GetItemOutput<PackedItem>
  return Item && unpackNativeItem(Item)
}

function attributesOf(output: unknown): NativeItem | undefined {
  const { Attributes } = output as WriteItemOutput<PackedItem>
  return Attributes && unpackNativeItem(Attributes)
}
