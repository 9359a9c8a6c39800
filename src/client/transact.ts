// `db.transact(tx => …)`: many actions as one TransactWriteItems, among them drafts of items that were read, which are
// written if they were changed and else only have to be as they were. Loaded with the first transaction.

import { DatabaseError } from '../base/database-error.ts'
import { type NativeItem, packNativeItem } from '../model/native.ts'
import type { TransactGetItemsOutput } from '../model/operations.ts'
import type { PackedItem } from '../model/packed-item.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import type { FinishedDraft, ItemDraft } from './draft.ts'
import { attribute, expr } from './expression.ts'
import { isNoChange } from './item-changes.ts'
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
export function transact<T>(
  context: RecipeContext,
  work: (transaction: Transaction) => T | Promise<T>,
  { token }: TransactOptions,
): Promise<T> {
  return untilFirst(context, 'transactions', async () => {
    const transaction = new OpenTransaction(context)
    const result = (await transaction.withoutDrafts(await work(transaction as unknown as Transaction))) as T
    const entries = await transaction.finish()
    if (entries.length === 0) return { result }
    try {
      return await context.session.call(
        () => prepareWrite(entries, token),
        () => ({ result }),
      )
    } catch (error) {
      if (!(await hasLostRace(entries, error))) throw error
      return undefined
    }
  })
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
  const prepare = (): Prepared =>
    together(
      'TransactGetItems',
      reads.map(([{ name }, key]) => new Request('Get', name, session.dictionary).item('Key', key).finish()),
    )
  const { Responses } = await session.call(prepare, (output) => output as TransactGetItemsOutput<PackedItem>)
  return decodeRows<NativeItem | undefined>(
    Responses.map(({ Item }) => Item ?? null),
    clock,
  )
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
   * What the transaction's function has returned, with values of their own in place of drafts, which end with it: a draft,
   * or a list or an object of them.
   */
  async withoutDrafts(result: unknown): Promise<unknown> {
    if (typeof result !== 'object' || result === null) return result
    const readings = await Promise.all([...this.#entries.values()].flatMap(({ reading }) => reading ?? []))
    const drafts = readings.flatMap(({ draft }) => draft ?? [])
    if (drafts.length === 0) return result
    const { snapshotOf } = await import('./draft.ts')
    const plain = (value: unknown): unknown =>
      drafts.find(({ draft }) => draft === value)?.snapshot() ?? snapshotOf(value)
    const whole = plain(result)
    if (whole !== result) return whole
    if (Array.isArray(result)) return result.map(plain)
    if (Object.getPrototypeOf(result) !== Object.prototype) return result
    return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, plain(value)]))
  }

  /** Ends the transaction's function: nothing can be asked for any more. */
  async finish(): Promise<readonly FinishedEntry[]> {
    this.#isOver = true
    const finished: FinishedEntry[] = []
    for (const { place, action, reading: pending } of this.#entries.values()) {
      const reading = await pending
      const draft = reading?.draft?.finish()
      if (action !== undefined && draft !== undefined && !isNoChange(draft.changes())) throw changedTwice(place)
      finished.push({ place, action, reading, finished: draft })
    }
    return finished
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
    const key = Object.fromEntries(keyNames.map((name) => [name, keyOrItem[name]])) as NativeItem
    const id = itemId(tableName, key)
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      entry = { place: { ...this.#context, tableName, keyNames, key }, action: undefined, reading: undefined }
      this.#entries.set(id, entry)
    }
    return entry
  }
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
  const found = await Promise.all(suspects.map(({ place }) => readItem(place)))
  return suspects.some(({ reading }, index) => !isSameItem(found[index], reading?.packed))
}
