// What an app sees of a table's changes.

import type { ChangeKind, StreamViewType } from '../model/stream-operations.ts'
import type { WriteOrigin } from '../model/write-origin.ts'

/** Which changes are wanted. */
export interface ChangesOptions {
  /**
   * `now` (the default): those that come. `start`: all of the last 24 hours. Else those behind the change whose `position`
   * this is, perhaps of a visit before.
   */
  readonly from?: 'now' | 'start' | (string & {})
  /** What is shown of an item. Default: all that the table's stream shows. */
  readonly view?: StreamViewType
  /** Ends the changes: whoever waits for the next gets the signal's reason thrown. */
  readonly signal?: AbortSignal
}

/** One change of one item. */
export interface Change<ItemType, KeyType> {
  readonly kind: ChangeKind
  readonly key: KeyType
  /** The item now; undefined when it was removed, or the view does not show it. */
  readonly newItem: ItemType | undefined
  /** The item before; undefined when it was inserted, or the view does not show it. */
  readonly oldItem: ItemType | undefined
  /** When the write was asked for. */
  readonly at: Date
  /** Who wrote. */
  readonly origin: WriteOrigin
  /** Where this change stands: given as `from`, reading goes on behind it, for 24 hours. */
  readonly position: string
}
