// Which changes of a table an app asks for.

import type { StreamViewType } from '../model/stream-operations.ts'

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
