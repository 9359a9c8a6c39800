// What has become of the remote's items, as somebody knows who sees every request that is done: which names of writes they
// have ever held, what was deleted and came back, and which foreign writes nothing protected yet.

import type { AttributeValue, Item } from '../../src/model/attribute-value.ts'
import { decodeEntry } from '../../src/sync/companion-rows.ts'

/** A write of somebody who does not know the log, as it was done. */
export interface ForeignDeed {
  readonly name: string
  /** `table/p/s`. */
  readonly place: string
  readonly before: Item | undefined
  /** Without it the item is gone. */
  readonly after: Item | undefined
}

/** Names that a push took out of an item, and those that came with it. */
export interface Wipe {
  /** `table/p/s`. */
  readonly place: string
  readonly gone: readonly string[]
  readonly come: readonly string[]
}

/** One who sees all that is done at the remote. */
export class Ledger {
  /** Names that items have ever held. */
  readonly seen: Set<string> = new Set()
  /** Foreign writes that a push has wiped out before anything told that they were there: the version had not changed. */
  readonly overwritten: Set<string> = new Set()
  /** What each log tells of its scope, item by item: what it is, or that it is to be fetched. */
  readonly told: Map<string, Map<string, Item | 'unknown'>> = new Map()
  /** What a gateway has told a caller of others. */
  readonly leaked: string[] = []
  /** What a push brought back that had been deleted: `place name`. */
  readonly broughtBack: Set<string> = new Set()
  /** What pushes wiped out that was known to be there. */
  readonly wipes: Wipe[] = []
  readonly #dataTables: ReadonlySet<string>
  readonly #versionAttribute: string
  readonly #alive = new Map<string, ReadonlySet<string>>()
  readonly #buried = new Map<string, Set<string>>()
  readonly #exposed = new Map<string, Set<string>>()
  /** Places of which somebody may still know an item without a version. */
  readonly #unversioned = new Set<string>()
  readonly #mutations = new Map<string, string>()
  readonly #scopeOf: ScopeOf
  /** The scopes that items are in. */
  readonly #scopes = new Map<string, string | undefined>()

  constructor(dataTables: readonly string[], versionAttribute: string, scope: ScopeOf) {
    this.#dataTables = new Set(dataTables)
    this.#versionAttribute = versionAttribute
    this.#scopeOf = scope
  }

  /** A transaction of the protocol was done: a push, or a stamp. Answers whether it changed items. */
  notePush({ TransactItems }: { readonly TransactItems: readonly TransactAction[] }): boolean {
    let hasChanged = false
    for (const { Put, Delete } of TransactItems) {
      if (Put !== undefined && textOf(Put.Item['pk']).startsWith('client#')) this.#passMutation(Put)
      const isData = Put !== undefined && this.#dataTables.has(Put.TableName)
      if (isData) this.#put(placeOf(Put.TableName, Put.Item), Put.Item)
      if (Delete !== undefined) this.#delete(placeOf(Delete.TableName, Delete.Key))
      hasChanged ||= isData || Delete !== undefined
    }
    this.#noteTold(TransactItems)
    return hasChanged
  }

  noteForeign({ name, place, before, after }: ForeignDeed): void {
    this.seen.add(name)
    if (after === undefined) {
      this.noteGone(place)
      return
    }
    this.#alive.set(place, namesIn(after))
    this.#scopes.set(place, this.#scopeOf(place, after))
    const [old, now] = [before, after].map((item) => textOfNumber(item?.[this.#versionAttribute]))
    // A push tells an item by its version: one without it cannot be told from another that had none.
    const isToldApart = now === '' ? !this.#unversioned.has(place) : before === undefined || old !== now
    if (isToldApart) this.#exposed.delete(place)
    else this.#exposed.set(place, (this.#exposed.get(place) ?? new Set()).add(name))
    if (now === '') this.#unversioned.add(place)
  }

  /**
   * The record of a foreign write was stamped, or needed no stamp: by now the log tells all that the item held then, so that
   * nothing of it is exposed any more. Where the item is in another scope by now, a later record tells what it is.
   */
  noteStamped(place: string, image: Item): void {
    const scope = this.#scopeOf(place, image)
    if (scope === undefined || scope !== this.#scopes.get(place)) return
    this.#tell(place, namesIn(image))
  }

  /** Deleted by something else than a push. */
  noteGone(place: string): void {
    this.#exposed.delete(place)
    this.#bury(place)
  }

  /**
   * A stamp's entry tells the item as it was read for it: what was written since then is exposed until its own stamp. An
   * image that has to be fetched is read later.
   */
  #noteTold(actions: readonly TransactAction[]): void {
    for (const { Put } of actions) {
      if (Put === undefined || !textOf(Put.Item['pk']).startsWith('log#')) continue
      const scope = textOf(Put.Item['pk']).slice('log#'.length)
      const told = this.told.get(scope) ?? new Map<string, Item | 'unknown'>()
      this.told.set(scope, told)
      for (const { table, key, image } of decodeEntry(Put.Item).changes) {
        const place = placeOf(table, key)
        if (image === 'deleted') told.delete(place)
        else told.set(place, image)
        if (image === 'unknown') this.#exposed.delete(place)
        else if (image !== 'deleted') this.#tell(place, namesIn(image))
      }
    }
  }

  #tell(place: string, names: ReadonlySet<string>): void {
    for (const name of names) this.#exposed.get(place)?.delete(name)
  }

  /** A client's mutations are passed one after another: the row is as the push says that it was. */
  #passMutation({ Item, ExpressionAttributeValues }: PutAction): void {
    const client = textOf(Item['pk'])
    const [known = '', expected] = [this.#mutations.get(client), textOfNumber(ExpressionAttributeValues?.[':m'])]
    if (known !== expected) throw new Error(`${client} was at ${known}, and was pushed from ${expected}.`)
    this.#mutations.set(client, textOfNumber(Item['lastMutation']))
  }

  #put(place: string, item: Item): void {
    this.#scopes.set(place, this.#scopeOf(place, item))
    const names = namesIn(item)
    for (const name of names) this.seen.add(name)
    if (!this.#alive.has(place)) {
      for (const name of names)
        if (this.#buried.get(place)?.has(name) === true) this.broughtBack.add(`${place} ${name}`)
    }
    const before = this.#alive.get(place) ?? new Set<string>()
    const exposed = this.#exposed.get(place) ?? new Set<string>()
    for (const name of exposed) if (!names.has(name)) this.overwritten.add(name)
    const gone = [...before].filter((name) => !names.has(name) && !exposed.has(name))
    if (gone.length > 0) this.wipes.push({ place, gone, come: [...names].filter((name) => !before.has(name)) })
    this.#exposed.delete(place)
    this.#alive.set(place, names)
  }

  #delete(place: string): void {
    for (const name of this.#exposed.get(place) ?? []) this.overwritten.add(name)
    this.#exposed.delete(place)
    this.#bury(place)
  }

  #bury(place: string): void {
    const buried = this.#buried.get(place) ?? new Set()
    for (const name of this.#alive.get(place) ?? []) buried.add(name)
    this.#buried.set(place, buried)
    this.#alive.delete(place)
  }
}

/** The scope that an item is in, by its place and itself; undefined for none. */
export type ScopeOf = (place: string, item: Item) => string | undefined

interface PutAction {
  readonly TableName: string
  readonly Item: Item
  readonly ExpressionAttributeValues?: Item
}

interface TransactAction {
  readonly Put?: PutAction
  readonly Delete?: { readonly TableName: string; readonly Key: Item }
}

/** An item's place in words. */
export function placeOf(table: string, key: Item): string {
  return `${table}/${textOf(key['p'])}/${textOf(key['s'])}`
}

/** A string's text; empty where there is none. */
export function textOf(value: AttributeValue | undefined): string {
  return value !== undefined && 'S' in value ? value.S : ''
}

function textOfNumber(value: AttributeValue | undefined): string {
  return value !== undefined && 'N' in value ? value.N : ''
}

/** The names of operations in an item. */
export function namesIn(item: Item): ReadonlySet<string> {
  const names = new Set<string>()
  noteTexts(item, names)
  return names
}

/** Names of operations are texts that begin with `op-`. */
export function noteTexts(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (value.startsWith('op-')) into.add(value)
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    for (const member of Object.values(value)) noteTexts(member, into)
  }
}
