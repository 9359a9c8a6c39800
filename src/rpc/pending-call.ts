// A call on the page's side of the wire, from the moment it is made until it has settled (law 10).

import type { CallForm, HttpCall } from './protocol.ts'
import type { SyncCall } from './sync-protocol.ts'

/** A call ready to be sent. */
export interface Prepared {
  readonly form: CallForm
  /** The packed items that belong into the form's holes, in their order. */
  readonly items?: readonly Uint8Array[]
}

/** Calls that travel in one message, with their items. */
export interface GatheredBatch {
  readonly calls: readonly PendingCall[]
  readonly items: Uint8Array<ArrayBuffer> | undefined
}

/** What a call ends with. */
export interface Settlement {
  /** Makes the result of the output. What it throws rejects the call. */
  readonly decode: (output: unknown) => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  /** Called once, before the call settles. */
  readonly onSettled: () => void
}

/** A call under way. It settles once; what comes later is dropped. */
export class PendingCall {
  readonly form: CallForm
  /** Where its items begin in the items of its batch, in bytes. */
  itemsStart = 0
  /** Where they end. */
  itemsEnd = 0
  /** How many workers have died with it. */
  losses = 0
  #settlement: Settlement | undefined

  constructor(form: CallForm, settlement: Settlement) {
    this.form = form
    this.#settlement = settlement
  }

  get isSettled(): boolean {
    return this.#settlement === undefined
  }

  resolve(output: unknown): void {
    const settlement = this.#settle()
    if (settlement === undefined) return
    try {
      settlement.resolve(settlement.decode(output))
    } catch (error) {
      settlement.reject(error)
    }
  }

  reject(error: unknown): void {
    this.#settle()?.reject(error)
  }

  #settle(): Settlement | undefined {
    const settlement = this.#settlement
    this.#settlement = undefined
    settlement?.onSettled()
    return settlement
  }
}

const READS =
  /^(BatchGet|Describe|Get|List|Query|Scan|TransactGet|tidetable:(changes|end-changes|ensure|get|(claim|holds|save)-checkpoint|statistics|sync:(begin|conflicts|end-now|item-states|parked|pause|pending|resume|wake)))/

/** True for operations that change nothing, or nothing twice, so that they can be asked again of another worker. */
export function isRead({ operation, input }: CallForm): boolean {
  switch (operation) {
    case 'tidetable:http':
      return READS.test(requestedOperation(input as HttpCall))
    case 'tidetable:sync':
      return READS.test(`${operation}:${(input as SyncCall).command}`)
    default:
      return READS.test(operation)
  }
}

/** The header says `DynamoDB_20120810.GetItem`. */
function requestedOperation({ request }: HttpCall): string {
  return request.headers['x-amz-target']?.split('.', 2)[1] ?? ''
}

/** True for operations whose time depends on how much is stored (an index that is added has to be filled), or on others. */
export function isUnlimited(form: CallForm): boolean {
  return form.operation === 'tidetable:ensure-tables' || isLongPoll(form)
}

/** True for calls that wait for others (news, a remote): they travel alone, as they would lend their time to others. */
export function isLongPoll({ operation }: CallForm): boolean {
  return operation === 'tidetable:news' || operation === 'tidetable:sync-now'
}
