// Triggers as an app declares them.

import type { NativeItem } from '../model/native.ts'
import type { Change } from '../streams/change.ts'
import type { TriggerFailure, TriggerHandler, TriggerSettings } from '../streams/trigger-types.ts'
import type { ItemOf, PrimaryKeyNames, TableDefinition } from './define-table.ts'

/** A change of a table of this definition. */
export type ChangeOf<Definition extends TableDefinition> = Change<
  ItemOf<Definition>,
  Pick<ItemOf<Definition>, PrimaryKeyNames<Definition> & keyof ItemOf<Definition>>
>

/** A trigger of a table. */
export interface TriggerOptions<ChangeType> extends TriggerSettings {
  /** Is given the changes, batch by batch. What it throws, or names in its answer, is given again. */
  readonly run: TriggerHandler<ChangeType>
  /**
   * Takes changes that are given up: a function, or a table, which gets an item for each change. The table's partition key
   * is text (the trigger's name), and so is its sort key if it has one (the change's position).
   */
  readonly onFailure?: TableDefinition | ((failure: TriggerFailure<ChangeType>) => unknown)
}

/** A trigger that has been started. */
export interface Trigger {
  readonly name: string
  /** Resolves when the handler's current batch has ended: it is not called any more. */
  stop(): Promise<void>
  /** Resolves when the trigger has ended; rejects when it cannot run, e.g. because its table has no stream. */
  readonly ended: Promise<void>
}

/** A trigger of a table whose type is not known here. */
export type UntypedTrigger = TriggerOptions<Change<NativeItem, NativeItem>>
