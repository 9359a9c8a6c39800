// Which of the pending intents the next push takes, and what it makes of their items. Pure: intents and bases come in,
// a push goes out. Intents leave in their order for each item; an intent that cannot go yet holds back those behind it
// on its items, and nothing else.

import type { ByteKey } from '../base/byte-key.ts'
import type { Intent, IntentAction } from '../engine/intent.ts'
import type { ScopeRule } from '../engine/table-record.ts'
import type { TableSchema } from '../engine/table-schema.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { itemSizeBytes } from '../model/item-size.ts'
import { ServiceException } from '../model/service-exception.ts'
import { type ParkingCause, sameImage, withoutVersion } from './rebase.ts'
import type { ExpectedVersion, PushedItem } from './remote-table.ts'
import { hasCondition, replayAction } from './replay-action.ts'
import { scopeOf } from './scope.ts'

/** An item that pending intents touch, as the remote had it last. */
export interface PushableItem {
  readonly table: TableSchema
  readonly rule: ScopeRule
  readonly versionAttribute: string
  readonly key: Key
  readonly base: Item | undefined
}

/** What a plan is made from. */
export interface PushSituation {
  /** Those that the intents touch; may still be filled between two calls of `consider`. */
  readonly items: ReadonlyMap<ByteKey, PushableItem>
  /** Items that parked mutations touch: the place before which intents wait for them. */
  readonly blocked: ReadonlyMap<ByteKey, number>
  /** Scopes that are up to date as far as is known, and may be written to. */
  readonly openScopes: ReadonlySet<string>
  /** At most this many intents: fewer while one is looked for that the remote refuses. */
  readonly maxIntents: number
}

/** The next push; without items it changes nothing, and its intents are done as they are. */
export interface PushPlan {
  readonly intents: readonly Intent[]
  readonly items: readonly PushedItem[]
  readonly scopes: readonly string[]
  /** Intents that can never be pushed, and why. */
  readonly unfit: readonly { readonly order: number; readonly cause: ParkingCause }[]
}

/** Actions of one transaction of the API. */
const MAX_TRANSACTION_ACTIONS = 100
/** The client's row; the head and the entry of each scope. */
const CLIENT_ACTIONS = 1
const SCOPE_ACTIONS = 2
/** Of the 4 MB of a transaction, what is left for items beside the entries: their images count twice. */
const MAX_PUSH_SIZE_BYTES = 3_500_000

/** What a chosen intent makes of one of its items. */
interface Effect {
  readonly action: IntentAction
  readonly item: PushableItem
  readonly image: Item | undefined
  readonly scope: string
}

/** What all chosen intents make of an item. */
interface JointEffect extends Effect {
  readonly clock: number
  /** Whether one of them has required something of it for the sake of other items. */
  readonly isChecked: boolean
}

/** The version that a push expects an item to have. */
export function expectedVersion(base: Item | undefined, versionAttribute: string): ExpectedVersion {
  if (base === undefined) return 'absent'
  const version = ownAttribute(base, versionAttribute)
  return version !== undefined && 'N' in version ? Number(version.N) : 'unversioned'
}

/** Plans the next push. */
export class PushPlanner {
  readonly #situation: PushSituation
  readonly #chosen: Intent[] = []
  readonly #unfit: { readonly order: number; readonly cause: ParkingCause }[] = []
  readonly #scopes = new Set<string>()
  /** Items of chosen intents, with what they become. */
  readonly #effects = new Map<ByteKey, JointEffect>()
  /** Items of intents that do not go yet. */
  readonly #held = new Set<ByteKey>()
  #sizeBytes = 0

  constructor(situation: PushSituation) {
    this.#situation = situation
  }

  /** Takes the next intent in the order, or holds it back; false when there is no room for any more. */
  consider(intent: Intent): boolean {
    if (this.#chosen.length >= this.#situation.maxIntents) return false
    const effects = this.#isHeld(intent) ? undefined : this.#effectsOf(intent)
    const fits = effects === undefined ? 'wait' : this.#room(effects)
    if (effects !== undefined && fits === 'yes') {
      this.#choose(intent, effects)
      return true
    }
    for (const { key } of intent.actions) this.#held.add(key)
    if (fits === 'never') this.#unfit.push({ order: intent.order, cause: TOO_LARGE })
    return fits !== 'full'
  }

  /** Whether anything was taken. */
  get isEmpty(): boolean {
    return this.#chosen.length === 0 && this.#unfit.length === 0
  }

  plan(): PushPlan {
    const items = [...this.#effects.values()].flatMap((effect) => pushedItem(effect) ?? [])
    const changes = items.some(({ image }) => image !== 'checked')
    return {
      intents: this.#chosen,
      items: changes ? items : [],
      scopes: [...this.#scopes],
      unfit: this.#unfit,
    }
  }

  #isHeld({ order, actions }: Intent): boolean {
    return actions.some(({ key }) => this.#held.has(key) || order < (this.#situation.blocked.get(key) ?? 0))
  }

  /** Undefined when it cannot go now, because one of its items is in a scope that is not open, or ever. */
  #effectsOf(intent: Intent): Effect[] | undefined {
    const effects: Effect[] = []
    for (const action of intent.actions) {
      const item = this.#situation.items.get(action.key)
      if (item === undefined) return undefined
      const before = this.#effects.has(action.key) ? this.#effects.get(action.key)?.image : item.base
      const image = attempted(action, before)
      if (image === FAILED) return undefined
      // What is nowhere and stays nowhere is in no scope, and needs none.
      if (image === undefined && before === undefined && item.base === undefined && needsImage(item)) continue
      const scope = itemScope(item, image ?? before ?? item.base)
      const remoteScope = item.base === undefined ? scope : itemScope(item, item.base)
      if (scope === undefined || scope !== remoteScope) {
        this.#unfit.push({ order: intent.order, cause: scope === undefined ? NO_SCOPE : OTHER_SCOPE })
        return undefined
      }
      if (!this.#situation.openScopes.has(scope)) return undefined
      effects.push({ action, item, image, scope })
    }
    return effects
  }

  #room(effects: readonly Effect[]): 'yes' | 'full' | 'wait' | 'never' {
    const scopes = new Set([...this.#scopes, ...effects.map(({ scope }) => scope)])
    // Another scope waits for a push of its own: a busy one need not hold up the others.
    if (this.#chosen.length > 0 && scopes.size > this.#scopes.size) return 'wait'
    const keys = new Set([...this.#effects.keys(), ...effects.map(({ action }) => action.key)])
    const actions = CLIENT_ACTIONS + SCOPE_ACTIONS * scopes.size + keys.size
    const sizeBytes = this.#sizeBytes + sizeOf(effects)
    if (actions <= MAX_TRANSACTION_ACTIONS && sizeBytes <= MAX_PUSH_SIZE_BYTES) return 'yes'
    return this.#chosen.length === 0 ? 'never' : 'full'
  }

  #choose(intent: Intent, effects: readonly Effect[]): void {
    this.#chosen.push(intent)
    this.#sizeBytes += sizeOf(effects)
    for (const effect of effects) {
      const { action, scope } = effect
      this.#scopes.add(scope)
      const wasChecked = this.#effects.get(action.key)?.isChecked === true
      const isChecked = wasChecked || (intent.actions.length > 1 && hasCondition(action))
      this.#effects.set(action.key, { ...effect, clock: intent.clock, isChecked })
    }
  }
}

const TOO_LARGE: ParkingCause = {
  name: 'ValidationException',
  message: 'The transaction has too many actions to be replicated as one',
}

const NO_SCOPE: ParkingCause = {
  name: 'ValidationException',
  message: 'The item is in no scope: it lacks the attribute that names its scope',
}

/** Logs are not ordered among each other: whoever reads both could not tell where the item is. */
const OTHER_SCOPE: ParkingCause = {
  name: 'ValidationException',
  message: 'An item cannot move to another scope. Delete it, and write it under another key',
}

/** Whether an item's key alone does not say which scope it is in. */
function needsImage({ rule }: PushableItem): boolean {
  return rule.kind === 'attribute'
}

function itemScope({ rule, table, key }: PushableItem, image: Item | undefined): string | undefined {
  return scopeOf(rule, table, image ?? key)
}

const FAILED = Symbol('failed')

/** What failed in the view is parked when it is rebased, not here: until then it waits. */
function attempted(action: IntentAction, before: Item | undefined): Item | undefined | typeof FAILED {
  try {
    return replayAction(action, before)
  } catch (error) {
    if (error instanceof ServiceException) return FAILED
    throw error
  }
}

function sizeOf(effects: readonly Effect[]): number {
  return effects.reduce((sum, { image, item }) => sum + itemSizeBytes(image ?? item.key), 0)
}

function pushedItem({ item, image, scope, clock, isChecked }: JointEffect): PushedItem | undefined {
  const { base, versionAttribute, key, table } = item
  const about = { table: table.name, key, expected: expectedVersion(base, versionAttribute), scope, clock }
  if (sameImage(base, image, versionAttribute)) {
    return isChecked ? { ...about, image: 'checked' } : undefined
  }
  return { ...about, image: image === undefined ? 'deleted' : withoutVersion(image, versionAttribute) }
}
