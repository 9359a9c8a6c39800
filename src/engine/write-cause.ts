// Who caused a write, and when. What hangs on an item's batch (the stream record, the outbox entry) needs to know.

import type { Clock } from '../base/clock.ts'
import type { WriteOrigin } from '../model/write-origin.ts'

/** The cause of the writes of one transaction. */
export interface WriteCause {
  readonly origin: WriteOrigin
  /** When the write was asked for, in milliseconds since 1970; drawn before the transaction's body (law 6). */
  readonly atMs: number
}

/** A request of the app, now. */
export function userWrite(clock: Clock): WriteCause {
  return { origin: 'user', atMs: clock.now() }
}
