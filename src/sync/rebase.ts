// Does pending intents again on what others have made of their items, and decides the conflicts that this brings. Pure:
// two chains of images are followed side by side, the old one from the base that the intents were made on, the new one
// from what the remote has now (PROTOCOL.md, "Rebase").

import type { ByteKey } from '../base/byte-key.ts'
import type { Intent, IntentAction } from '../engine/intent.ts'
import { valueAtPath } from '../expressions/document-path.ts'
import { ownAttribute } from '../model/attribute-map.ts'
import type { Item, Key } from '../model/attribute-value.ts'
import { valuesEqual } from '../model/compare-values.ts'
import { itemSizeBytes } from '../model/item-size.ts'
import { MAX_ITEM_SIZE_BYTES } from '../model/limits.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { canonicalItem } from '../model/validate-item.ts'
import { mergeItems } from './merge-items.ts'
import { overwrittenPaths, recheckAction, replayAction, seenBy } from './replay-action.ts'
import type { ConflictSides, ConflictStrategy, Resolution } from './settings.ts'

/** An item that intents touch. */
export interface RebasedItem {
  readonly table: string
  readonly key: Key
  /** Its base before, and what the remote has now; the same object when nothing has changed. */
  readonly base: Item | undefined
  readonly remote: Item | undefined
  /** When others wrote it last, by the hybrid clock; infinite when nobody knows. */
  readonly clock: number
  readonly strategy: ConflictStrategy
  readonly versionAttribute: string
}

/** What a rebase works on. */
export interface Rebase {
  /** All pending intents that touch the items, in their order. */
  readonly intents: readonly Intent[]
  /** All items that the intents touch. */
  readonly items: ReadonlyMap<ByteKey, RebasedItem>
  /** What the app's resolver has decided so far. */
  readonly resolutions: ReadonlyMap<string, Resolution>
}

/** Why an intent was put aside. */
export interface ParkingCause {
  /** The exception's name, or `Conflict`: the app's resolver wants it to be decided later. */
  readonly name: string
  readonly message: string
}

/** An intent that cannot be done any more. */
export interface ParkedByRebase {
  readonly intent: Intent
  readonly cause: ParkingCause
}

/** A conflict and how it was decided. */
export interface DecidedConflict extends ConflictSides {
  readonly rowKey: ByteKey
  readonly key: Key
  readonly result: Item | undefined
  /** The intents in it. */
  readonly orders: readonly number[]
}

/** A conflict that the app's resolver has to decide first. */
export interface OpenConflict {
  readonly id: string
  readonly sides: ConflictSides
}

/** What a rebase comes to. */
export interface RebaseResult {
  /** The views of all items. */
  readonly images: ReadonlyMap<ByteKey, Item | undefined>
  readonly kept: readonly Intent[]
  /** Those of the kept that a conflict was decided in: they are not what the app asked for any more. */
  readonly rewritten: readonly Intent[]
  /** Lost against a remote write; recorded in `conflicts`. */
  readonly superseded: readonly Intent[]
  readonly parked: readonly ParkedByRebase[]
  readonly conflicts: readonly DecidedConflict[]
  /** If there are any, the rest does not count. */
  readonly open: readonly OpenConflict[]
}

/** `replay` and `win` both do the action again; the latter wipes out what others did, `renew` what was as good as gone. */
type Decision =
  | { readonly kind: 'replay' | 'win' | 'lose' | 'park' }
  | { readonly kind: 'become' | 'renew'; readonly image: Item | undefined }
  | { readonly kind: 'ask'; readonly conflict: OpenConflict }

/** One action in both chains. */
interface Step {
  readonly action: IntentAction
  readonly item: RebasedItem
  readonly clock: number
  readonly isOfTransaction: boolean
  /** The old chain before and after the action. */
  readonly base: Item | undefined
  readonly local: Item | undefined
  /** Why the old chain does not take the action (any more): one before it was put aside. */
  readonly failure: ServiceException | undefined
  /** The new chain before the action. */
  readonly remote: Item | undefined
}

const REPLAY: Decision = { kind: 'replay' }

/** Rebases pending intents. */
export function rebase({ intents, items, resolutions }: Rebase): RebaseResult {
  const run = new RebaseRun(items, resolutions)
  for (const intent of intents) run.visit(intent)
  return run.result()
}

/** Whether two images are the same but for their versions. */
export function sameImage(one: Item | undefined, other: Item | undefined, versionAttribute: string): boolean {
  if (one === other) return true
  if (one === undefined || other === undefined) return false
  return valuesEqual({ M: withoutVersion(one, versionAttribute) }, { M: withoutVersion(other, versionAttribute) })
}

/** An image without the version that the remote gave it. */
export function withoutVersion(item: Item, versionAttribute: string): Item {
  if (ownAttribute(item, versionAttribute) === undefined) return item
  const { [versionAttribute]: _version, ...rest } = item
  return rest
}

class RebaseRun {
  readonly #items: ReadonlyMap<ByteKey, RebasedItem>
  readonly #resolutions: ReadonlyMap<string, Resolution>
  readonly #old = new Map<ByteKey, Item | undefined>()
  readonly #new = new Map<ByteKey, Item | undefined>()
  readonly #changed = new Map<ByteKey, boolean>()
  readonly #conflicting = new Map<ByteKey, number[]>()
  readonly #kept: Intent[] = []
  readonly #rewritten: Intent[] = []
  readonly #superseded: Intent[] = []
  readonly #parked: ParkedByRebase[] = []
  readonly #open: OpenConflict[] = []

  constructor(items: ReadonlyMap<ByteKey, RebasedItem>, resolutions: ReadonlyMap<string, Resolution>) {
    this.#items = items
    this.#resolutions = resolutions
    for (const [rowKey, { base, remote, versionAttribute }] of items) {
      this.#old.set(rowKey, base)
      this.#new.set(rowKey, remote)
      this.#changed.set(rowKey, !sameImage(base, remote, versionAttribute))
    }
  }

  visit(intent: Intent): void {
    const steps = intent.actions.map((action) => this.#step(intent, action))
    try {
      this.#settle(intent, steps)
    } catch (error) {
      if (!(error instanceof ServiceException)) throw error
      this.#parked.push({ intent, cause: { name: error.name, message: error.message } })
    }
    for (const { action, local } of steps) this.#old.set(action.key, local)
  }

  result(): RebaseResult {
    const conflicts = [...this.#conflicting].map(([rowKey, orders]) => {
      const { table, key, base, remote } = this.#items.get(rowKey) as RebasedItem
      const [local, result] = [this.#old.get(rowKey), this.#new.get(rowKey)]
      return { rowKey, table, key, base, local, remote, result, orders }
    })
    return {
      images: this.#new,
      kept: this.#kept,
      rewritten: this.#rewritten,
      superseded: this.#superseded,
      parked: this.#parked,
      conflicts,
      open: this.#open,
    }
  }

  #step(intent: Intent, action: IntentAction): Step {
    const item = this.#items.get(action.key) as RebasedItem
    const before = this.#old.get(action.key)
    const base = seenBy(action, before)
    const remote = this.#new.get(action.key)
    const isOfTransaction = intent.actions.length > 1
    return { action, item, clock: intent.clock, isOfTransaction, base, ...replayed(action, before), remote }
  }

  #settle(intent: Intent, steps: readonly Step[]): void {
    const decisions = steps.map((step) => this.#decide(step))
    const contested = steps.filter((_, index) => decisions[index] !== REPLAY)
    for (const decision of decisions) if (decision.kind === 'ask') this.#open.push(decision.conflict)
    for (const { action } of contested) this.#noteConflict(action.key, intent.order)
    if (decisions.some(({ kind }) => kind === 'park')) {
      this.#parked.push({ intent, cause: { name: 'Conflict', message: 'The conflict is left to be decided.' } })
    } else if (decisions.some(({ kind }) => kind === 'lose')) {
      this.#superseded.push(intent)
    } else {
      this.#apply(intent, steps, decisions)
    }
  }

  /** All of its actions are done to the new chain, or an exception says why none is. */
  #apply(intent: Intent, steps: readonly Step[], decisions: readonly Decision[]): void {
    const images = steps.map((step, index) => {
      const decision = decisions[index] as Decision
      if (isRewriting(decision)) return decision.image
      if (step.base !== step.remote) return replayAction(step.action, step.remote)
      // Where the chains have not parted, the old one has done it already.
      if (step.failure !== undefined) throw step.failure
      return step.local
    })
    for (const image of images) checkSize(image)
    for (const [index, step] of steps.entries()) {
      this.#new.set(step.action.key, images[index])
      const isOver = decisions[index]?.kind === 'renew' || haveMet(step, images[index])
      if (isOver) this.#changed.set(step.action.key, false)
    }
    const actions = steps.map(({ action, item }, index) => {
      const decision = decisions[index] as Decision
      return isRewriting(decision) ? becomingAction(action, item, decision.image) : action
    })
    const isRewritten = decisions.some(isRewriting)
    const kept = isRewritten ? { ...intent, actions } : intent
    this.#kept.push(kept)
    if (isRewritten) this.#rewritten.push(kept)
  }

  #noteConflict(rowKey: ByteKey, order: number): void {
    const orders = this.#conflicting.get(rowKey) ?? []
    orders.push(order)
    this.#conflicting.set(rowKey, orders)
  }

  #decide(step: Step): Decision {
    const { action, item, local, remote, clock } = step
    if (this.#changed.get(action.key) !== true) return REPLAY
    if (isOnExpired(step)) return { kind: 'renew', image: local }
    // A condition is checked again before anything is weighed: what it forbids now is refused, not lost.
    recheckAction(action, remote)
    if (!isContested(step)) return REPLAY
    switch (item.strategy) {
      case 'local-wins':
        return won(step)
      case 'remote-wins':
        return { kind: 'lose' }
      case 'last-writer-wins':
        return clock > item.clock ? won(step) : { kind: 'lose' }
      case 'merge':
        // What was written together is not merged item by item: it would be torn.
        if (step.isOfTransaction) return clock > item.clock ? won(step) : { kind: 'lose' }
        return settled(step, mergeItems(step, clock > item.clock ? 'local' : 'remote'))
      default:
        return this.#resolved(step)
    }
  }

  #resolved(step: Step): Decision {
    const { item, base, local, remote } = step
    const sides = { table: item.table, base, local, remote }
    const id = JSON.stringify(sides)
    const resolution = this.#resolutions.get(id)
    if (resolution === undefined) return { kind: 'ask', conflict: { id, sides } }
    if ('park' in resolution) return { kind: 'park' }
    return settled(step, 'deleted' in resolution ? undefined : resolvedItem(item, resolution.item))
  }
}

/**
 * Whether an action was done where there was nothing, and the remote has what had expired by then. It is not in the way of what
 * was written after it, nor of conditions that it be gone.
 */
function isOnExpired({ action, base, failure, remote }: Step): boolean {
  if (action.kind === 'ConditionCheck' || base !== undefined || failure !== undefined) return false
  return remote !== undefined && seenBy(action, remote) === undefined
}

function isRewriting(decision: Decision): decision is Extract<Decision, { readonly kind: 'become' | 'renew' }> {
  return decision.kind === 'become' || decision.kind === 'renew'
}

/** Whether an action would wipe out something that others have changed. */
function isContested({ action, item, local, remote }: Step): boolean {
  const paths = overwrittenPaths(action)
  if (paths === undefined) return !sameImage(local, remote, item.versionAttribute)
  if (remote === undefined) return action.kind === 'Update' && item.base !== undefined
  return paths.some((path) => {
    const [before, now, wanted] = [item.base, item.remote, local].map(
      (image) => image && valueAtPath(source(image), path),
    )
    const current = valueAtPath(source(remote), path)
    return !sameValue(before, now) && !sameValue(wanted, current)
  })
}

/** What an app answers may be no item, or another one: then the write is parked. */
function resolvedItem({ key }: RebasedItem, untrusted: Item): Item {
  const image = canonicalItem(untrusted)
  if (Object.entries(key).every(([name, value]) => sameValue(ownAttribute(image, name), value))) return image
  throw validationException('The resolver of conflicts has answered with an item of another key')
}

/** A decision for one side is the same as if the strategy had said so; anything else is what the write becomes. */
function settled(step: Step, image: Item | undefined): Decision {
  const { action, item, local, remote } = step
  if (sameImage(image, remote, item.versionAttribute)) return { kind: 'lose' }
  if (action.kind !== 'Update' && sameImage(image, local, item.versionAttribute)) return { kind: 'win' }
  return { kind: 'become', image: image && withoutVersion(image, item.versionAttribute) }
}

/** An update of what others deleted brings the whole item back, not the part that the update names. */
function won({ action, item, local, remote }: Step): Decision {
  if (action.kind !== 'Update' || remote !== undefined) return { kind: 'win' }
  return { kind: 'become', image: local && withoutVersion(local, item.versionAttribute) }
}

/**
 * Where nobody knows when the remote was written, and both chains come to the same image, what was written here afterwards was
 * written on what the remote has: nothing there has changed since.
 */
function haveMet({ item, local }: Step, image: Item | undefined): boolean {
  return item.clock === Infinity && sameImage(local, image, item.versionAttribute)
}

function source(item: Item): { attribute(name: string): ReturnType<typeof ownAttribute> } {
  return { attribute: (name) => ownAttribute(item, name) }
}

function sameValue(one: ReturnType<typeof valueAtPath>, other: ReturnType<typeof valueAtPath>): boolean {
  return one === other || (one !== undefined && other !== undefined && valuesEqual(one, other))
}

/** What an action makes of an item, which stays as it is when it does not take it. */
export function replayed(action: IntentAction, base: Item | undefined): Pick<Step, 'local' | 'failure'> {
  try {
    return { local: replayAction(action, base), failure: undefined }
  } catch (error) {
    if (!(error instanceof ServiceException)) throw error
    return { local: base, failure: error }
  }
}

function becomingAction(action: IntentAction, { table, key }: RebasedItem, image: Item | undefined): IntentAction {
  const about = { tableId: action.tableId, key: action.key }
  if (image === undefined) return { ...about, kind: 'Delete', request: { TableName: table, Key: key } }
  return { ...about, kind: 'Put', request: { TableName: table, Item: image } }
}

function checkSize(image: Item | undefined): void {
  if (image === undefined || itemSizeBytes(image) <= MAX_ITEM_SIZE_BYTES) return
  throw validationException('Item size has exceeded the maximum allowed size')
}
