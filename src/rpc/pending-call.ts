// A call on the page's side of the wire, from the moment it is made until it has settled (law 10).

import type { CallForm } from './protocol.ts'

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

/** A call under way. It settles once; what comes later is dropped. */
export class PendingCall {
  readonly form: CallForm
  /** Where its items begin in the items of its batch, in bytes. */
  itemsStart = 0
  /** Where they end. */
  itemsEnd = 0
  /** How many workers have died with it. */
  losses = 0
  isSettled = false
  readonly #resolve: (output: unknown) => void
  readonly #reject: (error: unknown) => void

  constructor(form: CallForm, resolve: (output: unknown) => void, reject: (error: unknown) => void) {
    this.form = form
    this.#resolve = resolve
    this.#reject = reject
  }

  resolve(output: unknown): void {
    if (this.isSettled) return
    this.isSettled = true
    this.#resolve(output)
  }

  reject(error: unknown): void {
    if (this.isSettled) return
    this.isSettled = true
    this.#reject(error)
  }
}

const READS = /^(BatchGet|Describe|Get|List|Query|Scan|TransactGet|tidetable:(ensure|get|statistics))/

/** True for operations that change nothing, or nothing twice, so that they can be asked again of another worker. */
export function isRead(form: CallForm): boolean {
  return READS.test(form.operation)
}

/** True for operations whose time depends on how much is stored: an index that is added has to be filled. */
export function isUnlimited(form: CallForm): boolean {
  return form.operation === 'tidetable:ensure-tables'
}
