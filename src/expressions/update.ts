// What a bound update expression is to its caller.

import type { Item } from '../model/attribute-value.ts'
import type { DocumentPath } from './document-path.ts'

/** What an update made of an item. */
export interface UpdateResult {
  readonly item: Item
  /** The places that the update names, for UPDATED_OLD and UPDATED_NEW (see pick-paths). */
  readonly updated: readonly DocumentPath[]
}

/** An update with its names and values filled in. */
export interface Update {
  /** Top-level attributes that the update changes. */
  readonly topLevelNames: ReadonlySet<string>
  /**
   * The item after the update; `item` itself is left as it is and shares what did not change.
   *
   * @param item the item before, canonical; for an item that does not exist, its key attributes
   * @throws ServiceException `ValidationException` when the update cannot be made on this item
   */
  apply(item: Item): UpdateResult
}
