// `db.transact(tx => …)`: many actions as one TransactWriteItems, among them drafts of items that were read, which are
// written if they were changed and else only have to be as they were. Loaded with the first transaction.

import { DatabaseError } from '../base/database-error.ts'
import { MAX_TRANSACTION_ITEMS } from '../model/limits.ts'
import { type NativeItem, packNativeItem } from '../model/native.ts'
import type { TransactGetItemsOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import type { Session } from '../rpc/session.ts'
import type { FinishedDraft, ItemDraft } from './draft.ts'
import { attribute, expr } from './expression.ts'
import { isNoChange, isPlainMap } from './item-changes.ts'
import {
  addDraft,
  isSameItem,
  itemId,
  type ItemPlace,
  readItem,
  type RecipeContext,
  untilFirst,
  writeGuard,
} from './draft-update.ts'
import { copyNative } from './native-copy.ts'
import { type Condition, Request } from './request.ts'
import { decodeRows } from './rows.ts'
import type { Transaction, TransactionWriteOptions, TransactOptions } from './transaction-types.ts'
import { type UpdateChanges, writeUpdate } from './update-expression.ts'

type Kind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck'

/** An action that the transaction's function has asked for. */
interface AskedAction {
  readonly kind: Kind
  readonly options: TransactionWriteOptions
  /** Adds what is this kind's own. */
  readonly add: (request: Request) => Request
}

/** An item that was read. */
interface Reading {
  readonly packed: PackedItem | undefined
  readonly draft: ItemDraft | undefined
}

/** What the transaction has to do with one item. */
interface Entry {
  readonly place: ItemPlace
  action: AskedAction | undefined
  reading: Promise<Reading> | undefined
}

/** An entry whose draft is finished. */
interface FinishedEntry {
  readonly place: ItemPlace
  readonly action: AskedAction | undefined
  readonly reading: Reading | undefined
  readonly finished: FinishedDraft | undefined
}

/**
 * Runs a transaction.
 *
 * @param work asks for the actions; runs again when others have changed what it has read
 * @returns what `work` returns
 * @throws ServiceException TransactionCanceledException when a condition does not hold; ValidationException
 * @throws DatabaseError `RaceLost`; `InvalidOption`
 */
export async function transact<T>(
  context: RecipeContext,
  work: (transaction: Transaction) => T | Promise<T>,
  { token }: TransactOptions,
): Promise<T> {
  let failure: { readonly error: unknown } | undefined
  const attempt = async (): Promise<{ readonly result: T } | undefined> => {
    failure = undefined
    const transaction = new OpenTransaction(context)
    let returned: T
    try {
      returned = await work(transaction as unknown as Transaction)
    } catch (error) {
      // What it has read one after another may never have been true at the same time. If that cannot be told (a reading was
      // what has failed) the function's own error stands.
      if (!(await transaction.hasSeenMixture().catch(() => false))) throw error
      failure = { error }
      return undefined
    }
    const { entries, result } = await transaction.finish(returned)
    if (entries.length === 0) return { result: result as T }
    try {
      return await context.session.call(
        () => prepareWrite(entries, token),
        () => ({ result: result as T }),
      )
    } catch (error) {
      if (!(await hasLostRace(entries, error))) throw error
      return undefined
    }
  }
  try {
    return await untilFirst(context, 'transactions', attempt)
  } catch (error) {
    // A function that fails however often it runs is told by its own error.
    throw failure === undefined ? error : failure.error
  }
}

/**
 * Reads items of any tables, all as they were at one moment.
 *
 * @param reads a table and a key each
 * @returns in the order of the reads, undefined where there is none
 */
export async function transactGet(
  { session, clock }: RecipeContext,
  reads: readonly (readonly [TableDeclaration, object])[],
): Promise<(NativeItem | undefined)[]> {
  const found = await readTogether(
    session,
    reads.map(([{ name }, key]) => ({ tableName: name, key })),
  )
  return decodeRows<NativeItem | undefined>(
    found.map((item) => item ?? null),
    clock,
  )
}

async function readTogether(
  session: Session,
  places: readonly { readonly tableName: string; readonly key: object }[],
): Promise<(PackedItem | undefined)[]> {
  const gets = (): Prepared[] =>
    places.map(({ tableName, key }) => new Request('Get', tableName, session.dictionary).item('Key', key).finish())
  const { Responses } = await session.call(
    () => together('TransactGetItems', gets()),
    (output) => output as TransactGetItemsOutput<PackedItem>,
  )
  return Responses.map(({ Item }) => Item)
}

/** Gathers what a transaction's function asks for. */
class OpenTransaction {
  readonly #context: RecipeContext
  /** By item. */
  readonly #entries = new Map<string, Entry>()
  #isOver = false

  constructor(context: RecipeContext) {
    this.#context = context
  }

  put(table: TableDeclaration, item: NativeItem, options: TransactionWriteOptions = {}): void {
    const bytes = packNativeItem(item, this.#context.session.dictionary)
    this.#ask(table, item, { kind: 'Put', options, add: (request) => request.packed('Item', bytes) })
  }

  update(
    table: TableDeclaration,
    key: NativeItem,
    changes: UpdateChanges<Record<string, unknown>> & TransactionWriteOptions,
  ): void {
    const add = (request: Request): Request =>
      request.expression('UpdateExpression', (writer) => writeUpdate(writer, changes))
    this.#ask(table, key, { kind: 'Update', options: changes, add })
  }

  delete(table: TableDeclaration, key: NativeItem, options: TransactionWriteOptions = {}): void {
    this.#ask(table, key, { kind: 'Delete', options, add: (request) => request })
  }

  check(
    table: TableDeclaration,
    key: NativeItem,
    condition: Condition,
    options: Pick<TransactionWriteOptions, 'returnValuesOnFailure'> = {},
  ): void {
    this.#ask(table, key, {
      kind: 'ConditionCheck',
      options: { ...options, if: condition },
      add: (request) => request,
    })
  }

  async get(table: TableDeclaration, key: NativeItem): Promise<NativeItem | undefined> {
    const entry = this.#entry(table, key)
    entry.reading ??= read(entry.place)
    const { draft } = await entry.reading
    return draft?.draft
  }

  /**
   * Whether items are not as they were read, or never were all at the same time. Each is read by itself, so that a function
   * may meet what others are in the middle of; the transaction would not be written, but its function may fail of it.
   */
  async hasSeenMixture(): Promise<boolean> {
    const entries = [...this.#entries.values()].filter(({ reading }) => reading !== undefined)
    // One item is never a mixture; more than fit into a transaction could not be written either.
    if (entries.length < 2 || entries.length > MAX_TRANSACTION_ITEMS) return false
    const readings = await Promise.all(entries.map(async ({ reading }) => reading))
    const now = await readTogether(
      this.#context.session,
      entries.map(({ place }) => place),
    )
    return readings.some((reading, index) => !isSameItem(now[index], reading?.packed))
  }

  /**
   * Ends the transaction's function: nothing can be asked for any more, and drafts are over. What the function has returned
   * has values of their own in place of drafts.
   */
  async finish(returned: unknown): Promise<{ readonly entries: readonly FinishedEntry[]; readonly result: unknown }> {
    this.#isOver = true
    const all = await Promise.all(
      Array.from(this.#entries.values(), async ({ place, action, reading }) => ({
        place,
        action,
        reading: await reading,
      })),
    )
    // Parts of one draft may have been put into another: none is over before all have been taken down.
    const snapshots = new Map(
      all.flatMap(({ reading }) =>
        reading?.draft === undefined ? [] : [[reading.draft.draft, reading.draft.snapshot()]],
      ),
    )
    const result = snapshots.size === 0 ? returned : withoutDrafts(returned, new Map<unknown, unknown>(snapshots))
    const entries = all.map(({ place, action, reading }) => {
      const after = reading?.draft && snapshots.get(reading.draft.draft)
      const finished = after && reading?.draft?.finish(after)
      if (action !== undefined && finished !== undefined && !isNoChange(finished.changes())) throw changedTwice(place)
      return { place, action, reading, finished }
    })
    return { entries, result }
  }

  #ask(table: TableDeclaration, keyOrItem: NativeItem, action: AskedAction): void {
    const entry = this.#entry(table, keyOrItem)
    if (entry.action !== undefined) {
      throw validationException('Transaction request cannot include multiple operations on one item')
    }
    entry.action = action
  }

  #entry({ name: tableName, key: { partition, sort } }: TableDeclaration, keyOrItem: NativeItem): Entry {
    if (this.#isOver) {
      const message = 'The transaction is over: its function has to await all that it does.'
      throw new DatabaseError('InvalidOption', message, { data: { table: tableName } })
    }
    const keyNames = sort === undefined ? [partition] : [partition, sort]
    const key = Object.fromEntries(keyNames.map((name) => [name, copyNative(keyOrItem[name])])) as NativeItem
    const id = itemId(tableName, key)
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      entry = { place: { ...this.#context, tableName, keyNames, key }, action: undefined, reading: undefined }
      this.#entries.set(id, entry)
    }
    return entry
  }
}

/**
 * A value in which snapshots stand for drafts, wherever these are in lists and objects; itself if there are none.
 *
 * @param made by what they stand for: at first the snapshots
 */
function withoutDrafts(value: unknown, made: Map<unknown, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (made.has(value)) return made.get(value)
  // What holds itself stays as it is there.
  made.set(value, value)
  let result: unknown = value
  if (Array.isArray(value)) {
    const copy = value.map((each) => withoutDrafts(each, made))
    if (copy.some((each, index) => each !== value[index])) result = copy
  } else if (isPlainMap(value)) {
    const copy = Object.entries(value).map(([name, each]) => [name, withoutDrafts(each, made)] as const)
    if (copy.some(([name, each]) => each !== value[name])) result = Object.fromEntries(copy)
  }
  made.set(value, result)
  return result
}

async function read(place: ItemPlace): Promise<Reading> {
  const [packed, { openDraft }] = await Promise.all([readItem(place), import('./draft.ts')])
  return { packed, draft: packed && openDraft({ ...place, packed }) }
}

function changedTwice({ tableName }: ItemPlace): DatabaseError {
  const message = 'A transaction has changed the draft of an item that it also puts, updates, deletes or checks.'
  return new DatabaseError('InvalidOption', message, { data: { table: tableName } })
}

function prepareWrite(entries: readonly FinishedEntry[], token: string | undefined): Prepared {
  return together('TransactWriteItems', entries.map(prepareAction), token)
}

function prepareAction({ place, action, reading, finished }: FinishedEntry): Prepared {
  const [partitionName] = place.keyNames as readonly [string]
  const isChanged = finished !== undefined && !isNoChange(finished.changes())
  const kind = action?.kind ?? (isChanged ? 'Update' : 'ConditionCheck')
  const request = new Request(kind, place.tableName, place.session.dictionary)
  if (kind !== 'Put') request.item('Key', place.key)
  if (action === undefined && isChanged) return addDraft(request, finished, { if: undefined, partitionName }).finish()
  const { if: condition, returnValuesOnFailure } = action?.options ?? {}
  action?.add(request)
  if (reading === undefined) request.condition(condition, partitionName)
  else {
    const guard = finished?.guard ?? expr`attribute_not_exists(${attribute(partitionName)})`
    request.expression('ConditionExpression', (writer) => writeGuard(writer, guard, { if: condition, partitionName }))
  }
  return request.set('ReturnValuesOnConditionCheckFailure', returnValuesOnFailure).finish()
}

/** Puts the requests of one transaction into one message. */
function together(operation: string, prepared: readonly Prepared[], token?: string): Prepared {
  const TransactItems = prepared.map(({ form }) => ({ [form.operation]: form.input }))
  const input = { TransactItems, ...(token !== undefined && { ClientRequestToken: token }) }
  return { form: { operation, input, rows: 'packed' }, items: prepared.flatMap(({ items = [] }) => items) }
}

/** Whether a transaction was cancelled because an item is no longer as it was read. */
async function hasLostRace(entries: readonly FinishedEntry[], error: unknown): Promise<boolean> {
  if (!(error instanceof ServiceException && error.name === 'TransactionCanceledException')) return false
  const { CancellationReasons: reasons = [] } = error
  const suspects = entries.filter(
    ({ reading }, index) => reading !== undefined && reasons[index]?.Code === 'ConditionalCheckFailed',
  )
  // Without a condition of the app's there is nothing else that can have failed.
  if (suspects.some(({ action }) => action?.options.if === undefined)) return true
  const found = await Promise.all(suspects.map(({ place }) => readItem(place)))
  return suspects.some(({ reading }, index) => !isSameItem(found[index], reading?.packed))
}
