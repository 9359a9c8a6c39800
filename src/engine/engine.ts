// The engine: DynamoDB's operations over an ordered store. `dispatch` is its only door; whoever is behind it (the page's
// client, the SDK's request handler, an HTTP server) speaks DynamoDB's shapes.

import type { Clock } from '../base/clock.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { OrderedStore, StoreStatistics } from '../storage/contract.ts'
import type { ChangePosition } from '../streams/change-position.ts'
import { LOCAL_SCOPE } from './arn.ts'
import { parserRefusal } from './attribute-types.ts'
import { BackgroundWork } from './background-work.ts'
import { Catalog } from './catalog.ts'
import { checkRequest } from './constraint.ts'
import { ExpirySweeper } from './expiry-sweeper.ts'
import type { LiveQueries } from './live/live-queries.ts'
import type { EngineServices, RequestContext } from './operation.ts'
import { findOperation } from './operations/registry.ts'
import { createStreamRetention } from './stream-retention.ts'
import type { ChangesPage, ChangesRead } from './streams/table-changes.ts'
import { allOf, doAlone, type ShareWork } from './shared-work.ts'
import type { CheckpointMove, TriggerTerm } from './trigger-checkpoints.ts'
import { type BulkWrite, writeMany } from './write-rows.ts'
import { drawWriterTag } from './writer-tag.ts'

/** What an engine is made of. */
export interface EngineOptions {
  /** Becomes the engine's own: it is closed with it. */
  readonly store: OrderedStore
  readonly clock: Clock
  readonly random: Random
  /** Hears of background work. Default: nobody does. */
  readonly logger?: Logger
  /** In the names (ARNs) of tables. Default `local`. */
  readonly region?: string
  /** In the names (ARNs) of tables, twelve digits. Default `000000000000`. */
  readonly accountId?: string
  /** Settles which of several engines over one store does the work of the background. Default: this one does. */
  readonly shareWork?: ShareWork
}

/** Figures for meters and benchmarks, since the engine was made. */
export interface EngineStatistics {
  readonly store: StoreStatistics
  /** Requests dispatched, whether they succeeded or not. */
  readonly requests: number
  /** Steps of background work: filling an index, clearing rows. */
  readonly backgroundSteps: number
  /** Items deleted because their time to live had run out. */
  readonly expiredItems: number
}

/** A database that speaks DynamoDB's API. */
export interface Engine {
  /**
   * Answers one request.
   *
   * @param operation the API's name of it
   * @param input in the API's shape, untrusted; in place of an item or a key it may hold a PackedItem
   * @returns the output in the API's shape
   * @throws ServiceException what DynamoDB would answer; `UnknownOperationException` for operations that are not there
   * @throws DatabaseError when the store fails
   */
  dispatch(operation: string, input: unknown, context?: RequestContext): Promise<unknown>
  /**
   * Puts or deletes any number of items of one table in one commit. Of two with the same key the later one counts.
   *
   * @throws ServiceException `ResourceNotFoundException`, `ValidationException`: nothing was written
   */
  writeMany(write: BulkWrite): Promise<void>
  /** Live queries, of which the code is loaded when it is first needed. Whoever opens them closes them. */
  openLive(): Promise<LiveQueries>
  /**
   * Reads a table's changes from its stream, waiting for the first.
   *
   * @throws ServiceException `ResourceNotFoundException`, `TrimmedDataAccessException`
   * @throws DatabaseError `InvalidOption` for a table without a stream, or for a text that is no position
   */
  changes(read: ChangesRead): Promise<ChangesPage>
  /**
   * Makes a term the one in which a trigger runs, instead of any other.
   *
   * @returns how far the trigger came; undefined before it stored that for the first time
   */
  claimCheckpoint(term: TriggerTerm): Promise<ChangePosition | undefined>
  /** Whether a term is still the one in which its trigger runs. */
  holdsCheckpoint(term: TriggerTerm): Promise<boolean>
  /**
   * Stores how far a trigger came, if the term is still the one in which it runs.
   *
   * @returns whether it is
   */
  saveCheckpoint(move: CheckpointMove): Promise<boolean>
  statistics(): EngineStatistics
  /** Waits for running writes and for the running steps of background work, then closes the store. Safe to call twice. */
  close(): Promise<void>
}

const DEFAULT_CONTEXT: RequestContext = {}

/** Makes an engine. Work left over from the last time (an index half filled, items expired since) goes on in the background. */
export function createEngine(options: EngineOptions): Engine {
  const { store, clock, random, logger = silentLogger } = options
  const catalog: Catalog = new Catalog(
    (table) => {
      if (table.expiry !== undefined || table.stream !== undefined) share.wake()
    },
    () => drawWriterTag(random),
  )
  const background = new BackgroundWork({ store, catalog, clock, logger })
  const sweeper = new ExpirySweeper({ store, catalog, clock, logger })
  const retention = createStreamRetention({ store, catalog, clock, logger })
  const services: EngineServices = {
    store,
    catalog,
    clock,
    random,
    arnScope: { region: options.region ?? LOCAL_SCOPE.region, accountId: options.accountId ?? LOCAL_SCOPE.accountId },
    wakeBackground: () => share.wake(),
  }
  let requests = 0
  const share = (options.shareWork ?? doAlone)(allOf([background, sweeper, retention]))
  return {
    dispatch(operation, input, context = DEFAULT_CONTEXT) {
      requests++
      return dispatch(services, { operation, input, context })
    },
    writeMany(write) {
      requests++
      return writeMany(services, write)
    },
    async openLive() {
      const { LiveQueries } = await import('./live/live-queries.ts')
      return new LiveQueries({ store, catalog, clock })
    },
    async changes(read) {
      // Taken before anything is waited for: what is written after this call comes after it.
      const { seenUpTo = store.statistics().sequence } = read
      const { readTableChanges } = await import('./streams/table-changes.ts')
      return readTableChanges(services, { ...read, seenUpTo })
    },
    async claimCheckpoint(term) {
      const { claimCheckpoint } = await import('./trigger-checkpoints.ts')
      return claimCheckpoint(store, term)
    },
    async holdsCheckpoint(term) {
      const { holdsCheckpoint } = await import('./trigger-checkpoints.ts')
      return holdsCheckpoint(store, term)
    },
    async saveCheckpoint(move) {
      const { saveCheckpoint } = await import('./trigger-checkpoints.ts')
      return saveCheckpoint(store, move)
    },
    statistics: () => ({
      store: store.statistics(),
      requests,
      backgroundSteps: background.steps,
      expiredItems: sweeper.deletedItems,
    }),
    async close() {
      share.close()
      await Promise.all([background.close(), sweeper.close(), retention.close()])
      await store.close()
    },
  }
}

interface Request {
  readonly operation: string
  readonly input: unknown
  readonly context: RequestContext
}

/** Not an async function: what is answered from memory costs one promise, and not one for each layer. */
function dispatch(services: EngineServices, { operation, input, context }: Request): Promise<unknown> {
  const found = findOperation(operation)
  try {
    context.signal?.throwIfAborted()
    if (found === undefined) {
      throw new ServiceException('UnknownOperationException', 'An unknown operation was requested.')
    }
    const answer = found.run(services, checkRequest(input, found.shape, services.arnScope), context)
    return answer instanceof Promise ? answer : Promise.resolve(answer)
  } catch (error) {
    return Promise.reject(found === undefined ? error : parserRefusal(error, input, found.shape))
  }
}
