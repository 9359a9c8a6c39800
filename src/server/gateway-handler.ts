// What answers the requests to a gateway. It trusts nobody: what a caller may read and write is asked of the app for every
// request, and everything is checked against it, the items' own scopes included. Loaded with a gateway's first request.

import { systemClock } from '../base/clock.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import { decodeText } from '../base/utf8.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { MAX_REQUEST_SIZE_BYTES } from '../model/limits.ts'
import { ServiceException } from '../model/service-exception.ts'
import { createDynamoRemote, type RemoteTableFacts } from '../sync/dynamo-remote.ts'
import {
  decodeInput,
  decodeMessage,
  encodeMessage,
  type GatewayInputs,
  type GatewayOperation,
  MalformedRequest,
} from '../sync/gateway-wire.ts'
import type { ItemPage, ItemPlace, LogEntry, LogPage, Push, PushOutcome, RemoteTable } from '../sync/remote-table.ts'
import { scopeOf } from '../sync/scope.ts'
import { readBounded } from './content-coding.ts'
import type { GatewayAccess, SyncGatewayOptions } from './gateway-options.ts'
import { createHintBoard } from './hint-board.ts'

/** A client's clock may be this far ahead: more, and its writes would win every conflict for ever. */
const MAX_CLOCK_AHEAD_MS = 86_400_000
/** A hybrid clock counts thousandths of a millisecond. */
const CLOCK_PER_MS = 1000
/** Pages of a table without an item of the scope, one after another, that one request reads. */
const MAX_EMPTY_PAGES = 1000
const CALLER_END = '/'
const NO_STORE = { 'cache-control': 'no-store' } as const

/** Makes what answers the requests. */
export function createGatewayHandler(options: SyncGatewayOptions): (request: Request) => Promise<Response> {
  const { clock = systemClock, logger = silentLogger } = options
  const remote = createDynamoRemote({ ...options, clock })
  const hints = createHintBoard(clock)
  return async (request) => {
    try {
      const access = await options.authorize(request)
      if (access === undefined) return refused('MissingAuthenticationTokenException', 'Nobody is signed in.', 401)
      if (access.caller === '' || access.caller.includes(CALLER_END)) {
        throw new TypeError(`A caller's name is not empty and has no "${CALLER_END}".`)
      }
      const gateway = new CallersGateway({ remote, access, tables: options.tables, nowMs: clock.now() })
      if (request.method === 'GET') return hints.subscribe(gateway.readableScopes(request), request.signal)
      if (request.method !== 'POST') return refused('ValidationException', 'A gateway is asked by POST or GET.', 405)
      const message = decodeMessage(await bodyText(request))
      const { output, written } = await gateway.answer(message)
      for (const scope of written) hints.tell(scope)
      return new Response(encodeMessage({ output: output ?? null }), {
        headers: { 'content-type': 'application/json', ...NO_STORE },
      })
    } catch (error) {
      return refusalOf(error, logger)
    }
  }
}

async function bodyText(request: Request): Promise<string> {
  if (request.body === null) throw new MalformedRequest('The request has no body.')
  const bytes = await readBounded(request.body, MAX_REQUEST_SIZE_BYTES)
  if (bytes === undefined) throw new MalformedRequest(`A request has at most ${MAX_REQUEST_SIZE_BYTES} bytes.`)
  try {
    return decodeText(bytes, 0, bytes.length)
  } catch (cause) {
    throw new MalformedRequest('The message is not UTF-8.', { cause })
  }
}

/** What the caller may not do. */
class AccessDenied extends Error {
  override readonly name = 'AccessDeniedException'
}

interface Answered {
  readonly output: unknown
  /** Scopes whose logs have grown. */
  readonly written: readonly string[]
}

/** The remote as one caller may see and change it. */
class CallersGateway {
  readonly #remote: RemoteTable
  readonly #access: GatewayAccess
  readonly #tables: Readonly<Record<string, RemoteTableFacts>>
  readonly #latestClock: number

  constructor(parts: {
    readonly remote: RemoteTable
    readonly access: GatewayAccess
    readonly tables: Readonly<Record<string, RemoteTableFacts>>
    readonly nowMs: number
  }) {
    this.#remote = parts.remote
    this.#access = parts.access
    this.#tables = parts.tables
    this.#latestClock = (parts.nowMs + MAX_CLOCK_AHEAD_MS) * CLOCK_PER_MS
  }

  /** The scopes that a request for hints names. */
  readableScopes(request: Request): readonly string[] {
    const scopes = new URL(request.url).searchParams.getAll('scope')
    if (scopes.length === 0) throw new MalformedRequest('A request for hints names at least one scope.')
    for (const scope of scopes) this.#mayRead(scope)
    return scopes
  }

  async answer({ operation, input }: Readonly<Record<string, unknown>>): Promise<Answered> {
    if (typeof operation !== 'string' || !Object.hasOwn(decodeInput, operation)) {
      throw new MalformedRequest('The operation is not one of a gateway.')
    }
    if (operation === 'push') return this.#push(decodeInput.push(input))
    return { output: await this.#read(operation as Exclude<GatewayOperation, 'push'>, input), written: [] }
  }

  #read(operation: Exclude<GatewayOperation, 'push'>, input: unknown): Promise<unknown> {
    switch (operation) {
      case 'readHead': {
        const scope = decodeInput.readHead(input)
        this.#mayRead(scope)
        return this.#remote.readHead(scope)
      }
      case 'readClient':
        return this.#remote.readClient(this.#storedClient(decodeInput.readClient(input)))
      case 'readLog':
        return this.#readLog(decodeInput.readLog(input))
      case 'isCut': {
        const request = decodeInput.isCut(input)
        this.#mayRead(request.scope)
        return this.#remote.isCut(request)
      }
      case 'readItems': {
        const request = decodeInput.readItems(input)
        this.#mayUse(request.table)
        this.#mayRead(request.scope)
        this.#mustHold(request.table, request.scope)
        return this.#readItems(request)
      }
      case 'fetchItems':
        return this.#fetchItems(decodeInput.fetchItems(input))
    }
  }

  /**
   * Where a scope is an attribute's value, a page of the table may end at an item of others, whose key is not shown: the
   * next page then begins behind the last item of this scope.
   */
  async #readItems(request: GatewayInputs['readItems']): Promise<ItemPage> {
    const { scope: rule, key } = this.#factsOf(request.table)
    if (rule.kind !== 'attribute') return this.#remote.readItems(request)
    let { from } = request
    for (let pages = 0; pages < MAX_EMPTY_PAGES; pages++) {
      const { items, next } = await this.#remote.readItems({ ...request, from })
      const last = items.at(-1)
      if (next === undefined) return { items, next }
      if (last !== undefined) return { items, next: keyOf(last, key) }
      from = next
    }
    throw Object.assign(new Error('The scope is spread too thin over its table.'), { name: 'ThrottlingException' })
  }

  async #readLog(request: { readonly scope: string; readonly after: number }): Promise<LogPage> {
    this.#mayRead(request.scope)
    const page = await this.#remote.readLog(request)
    return { ...page, entries: page.entries.map((entry) => this.#visibleEntry(entry)) }
  }

  /** Without what concerns others only: changes of tables, names of scopes and the intents of other callers' clients. */
  #visibleEntry(entry: LogEntry): LogEntry {
    const prefix = this.#access.caller + CALLER_END
    const isOwn = entry.clientId.startsWith(prefix)
    return {
      ...entry,
      clientId: isOwn ? entry.clientId.slice(prefix.length) : '',
      intents: isOwn ? entry.intents : [],
      twins: Object.fromEntries(Object.entries(entry.twins).filter(([scope]) => allows(this.#access.read, scope))),
      changes: entry.changes.filter(({ table }) => this.#canUse(table)),
    }
  }

  async #fetchItems(places: readonly ItemPlace[]): Promise<readonly (Item | undefined)[]> {
    for (const { table, key } of places) this.#checkKey(table, key)
    const items = await this.#remote.fetchItems(places)
    return items.map((item, at) => {
      if (item === undefined) return undefined
      const scope = this.#scopeOf((places[at] as ItemPlace).table, item)
      // As if it were not there: whether it is, is none of the caller's business.
      return scope !== undefined && allows(this.#access.read, scope) ? item : undefined
    })
  }

  async #push(push: Push): Promise<Answered> {
    const scopes = Object.keys(push.heads)
    if (push.clock > this.#latestClock || push.items.some(({ clock }) => clock > this.#latestClock)) {
      throw Object.assign(new Error('The clock of the push is too far ahead.'), { name: 'RequestTimeTooSkewed' })
    }
    for (const scope of scopes) this.#mayWrite(scope)
    for (const item of push.items) {
      this.#checkKey(item.table, item.key)
      if (!scopes.includes(item.scope)) throw new MalformedRequest('An item is in none of the scopes of its push.')
      if (typeof item.image !== 'string') this.#checkImage(item.table, item.key, item.image)
      // The rule tells by the image, or by the key, where the item's attributes need not be known.
      const about = typeof item.image === 'string' ? item.key : item.image
      const scope = this.#scopeOf(item.table, about)
      if (scope !== item.scope && (typeof item.image !== 'string' || this.#ruleOf(item.table) !== 'attribute')) {
        throw new AccessDenied('An item is not in the scope that the push says.')
      }
    }
    await this.#checkOverwritten(push)
    const outcome = await this.#remote.push({ ...push, clientId: this.#storedClient(push.clientId) })
    return { output: this.#visibleOutcome(outcome), written: outcome.kind === 'applied' ? scopes : [] }
  }

  /**
   * What scope an item is in may stand in the item alone: then what a push would overwrite is read first. It cannot
   * become another's in between, as the push expects a version.
   */
  async #checkOverwritten(push: Push): Promise<void> {
    const doubtful = push.items.filter(({ table }) => this.#ruleOf(table) === 'attribute')
    if (doubtful.length === 0) return
    const found = await this.#remote.fetchItems(doubtful.map(({ table, key }) => ({ table, key })))
    for (const [at, { table }] of doubtful.entries()) {
      const current = found[at]
      if (current === undefined) continue
      const scope = this.#scopeOf(table, current)
      if (scope !== undefined) this.#mayWrite(scope)
      else if (this.#access.write !== 'all') throw new AccessDenied('The item is in no scope of the caller.')
    }
  }

  #visibleOutcome(outcome: PushOutcome): PushOutcome {
    if (outcome.kind === 'applied') return outcome
    for (const { table, current } of outcome.unexpected) {
      if (current === undefined) continue
      const scope = this.#scopeOf(table, current)
      if (scope === undefined || !allows(this.#access.read, scope)) {
        throw new AccessDenied('An item of the push is in no scope of the caller.')
      }
    }
    return outcome
  }

  #storedClient(clientId: string): string {
    return this.#access.caller + CALLER_END + clientId
  }

  #factsOf(table: string): RemoteTableFacts {
    this.#mayUse(table)
    return this.#tables[table] as RemoteTableFacts
  }

  #ruleOf(table: string): RemoteTableFacts['scope']['kind'] {
    return this.#factsOf(table).scope.kind
  }

  #scopeOf(table: string, item: Item): string | undefined {
    const { scope, key } = this.#factsOf(table)
    return scopeOf(scope, { key }, item)
  }

  /** A table that is replicated as a whole has one scope; asking for its items under another name would show them. */
  #mustHold(table: string, scope: string): void {
    const { scope: rule } = this.#factsOf(table)
    if (rule.kind === 'table' && rule.scope !== scope) throw new AccessDenied('The table is not in that scope.')
  }

  /** The key has exactly the table's key attributes; where it tells the scope, that is one the caller may read. */
  #checkKey(table: string, key: Key): void {
    const { key: shape, scope: rule } = this.#factsOf(table)
    const names = [...shape.partition, ...shape.sort].map(({ name }) => name)
    if (Object.keys(key).length !== names.length || !names.every((name) => Object.hasOwn(key, name))) {
      throw new MalformedRequest('The provided key element does not match the schema')
    }
    if (rule.kind === 'attribute') return
    const scope = scopeOf(rule, { key: shape }, key)
    if (scope !== undefined) this.#mayRead(scope)
  }

  #checkImage(table: string, key: Key, image: Item): void {
    const same = Object.entries(key).every(([name, value]) => JSON.stringify(image[name]) === JSON.stringify(value))
    if (!same) throw new MalformedRequest('An item does not have the key that the push says.')
    const { versionAttribute } = this.#factsOf(table)
    if (Object.hasOwn(image, versionAttribute)) {
      throw new MalformedRequest(`The attribute ${versionAttribute} is set by the push itself.`)
    }
  }

  #canUse(table: string): boolean {
    return Object.hasOwn(this.#tables, table) && allows(this.#access.tables ?? 'all', table)
  }

  #mayUse(table: string): void {
    if (!this.#canUse(table)) throw new AccessDenied('The table is not for this caller.')
  }

  #mayRead(scope: string): void {
    if (!allows(this.#access.read, scope)) throw new AccessDenied('The scope is not for this caller to read.')
  }

  #mayWrite(scope: string): void {
    if (!allows(this.#access.write, scope)) throw new AccessDenied('The scope is not for this caller to write.')
  }
}

function keyOf(item: Item, { partition, sort }: RemoteTableFacts['key']): Key {
  const names = [...partition, ...sort].map(({ name }) => name)
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)))
}

function allows(names: readonly string[] | 'all', name: string): boolean {
  return names === 'all' || names.includes(name)
}

const STATUS_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['AccessDeniedException', 403],
  ['ValidationException', 400],
  ['RequestTimeTooSkewed', 400],
])

/** Names of exceptions tell the client what to do; messages of foreign failures stay here. */
function refusalOf(error: unknown, logger: Logger): Response {
  const name = error instanceof Error ? error.name : 'InternalServerError'
  const isOwn = error instanceof MalformedRequest || error instanceof AccessDenied || error instanceof ServiceException
  if (isOwn) return refused(name, error.message, STATUS_BY_NAME.get(name) ?? 400)
  const status = STATUS_BY_NAME.get(name)
  if (status !== undefined) return refused(name, (error as Error).message, status)
  logger('error', 'A request to the gateway failed.', { cause: error })
  return refused(name, 'The request failed at the server.', 503)
}

function refused(name: string, message: string, status: number): Response {
  return new Response(encodeMessage({ error: { name, message } }), {
    status,
    headers: { 'content-type': 'application/json', ...NO_STORE },
  })
}
