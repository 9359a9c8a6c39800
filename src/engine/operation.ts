// What an operation is to the engine's door, and what it finds there. Adding an operation is adding a file that exports
// one of these, its types to model/operations.ts and its line to operations/registry.ts.

import type { Clock } from '../base/clock.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Random } from '../base/random.ts'
import type { OrderedStore } from '../storage/contract.ts'
import type { ArnScope } from './arn.ts'
import type { Catalog } from './catalog.ts'
import type { StructureShape } from './constraint.ts'

/** How a caller wants its answer. */
export interface RequestContext {
  /**
   * What outputs hold in place of an item: plain attribute values (the default), or PackedItem instances, which cross to
   * another thread as bytes. Keys (LastEvaluatedKey, UnprocessedKeys) and the Item of an exception are always plain.
   */
  readonly rows?: 'attribute-values' | 'packed'
  /** Gives a request up before it has begun; what has begun runs to its end. */
  readonly signal?: AbortSignal
}

/** What operations work with. */
export interface EngineServices {
  readonly store: OrderedStore
  readonly catalog: Catalog
  readonly clock: Clock
  readonly random: Random
  readonly arnScope: ArnScope
  /** To be called after a request has written a duty, or a time to live. */
  readonly wakeBackground: () => void
}

/** One operation of the API. */
export interface Operation<Input> {
  /** What its parameters may be; checked before `run`. */
  readonly shape: StructureShape
  /** Answers one request. Bodies that it gives to the store are deterministic: time and chance are drawn before (law 6). */
  readonly run: (services: EngineServices, input: Input, context: RequestContext) => MaybePromise<unknown>
}
