// A handler for the streams of replicated tables, as Lambda calls one: it stamps writes of those who do not know the log
// into it (sync/foreign-writes).

import { type Clock, systemClock } from '../base/clock.ts'
import { type Logger, silentLogger } from '../base/logger.ts'
import { type Random, systemRandom } from '../base/random.ts'
import type { Item } from '../model/attribute-value.ts'
import type { DynamoApi, RemoteTableFacts } from '../sync/dynamo-remote.ts'
import { createStamper } from '../sync/foreign-writes.ts'
import { reviveBinaryValues } from '../sync/wire-values.ts'

/** What a stamper works on. */
export interface StreamStamperOptions {
  /** DynamoDB's API with the server's credentials. */
  readonly api: DynamoApi
  /** The tables that are replicated, with their keys. Their streams are of view type `NEW_AND_OLD_IMAGES`. */
  readonly tables: Readonly<Record<string, RemoteTableFacts>>
  readonly companionTable: string
  /** How long log entries are kept, in days. Default 30. */
  readonly retentionDays?: number
  readonly clock?: Clock
  readonly random?: Random
  /** Hears of records that could not be stamped and will come again. */
  readonly logger?: Logger
}

/** A batch of stream records, as a Lambda function gets it. */
export interface StreamEvent {
  readonly Records: readonly {
    readonly eventSourceARN?: string
    readonly dynamodb?: {
      readonly SequenceNumber?: string
      readonly Keys?: unknown
      readonly OldImage?: unknown
      readonly NewImage?: unknown
    }
  }[]
}

/** From where on the batch has to come again; empty when all was done. */
export interface StreamEventResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

/**
 * Makes the handler. The event source mapping reports batch item failures, so that what was done does not come again.
 *
 * @example
 * export const handler = createStreamStamper({ api, tables, companionTable: 'tidetable-sync' })
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function createStreamStamper(
  options: StreamStamperOptions,
): (event: StreamEvent) => Promise<StreamEventResponse> {
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = options
  const stamp = createStamper({ ...options, clock, random })
  return async ({ Records }) => {
    for (const { eventSourceARN = '', dynamodb = {} } of Records) {
      const { SequenceNumber: itemIdentifier = '' } = dynamodb
      const { Keys, OldImage, NewImage } = reviveBinaryValues(dynamodb) as Partial<Record<string, Item>>
      const table = tableOfStream(eventSourceARN)
      if (table === undefined || Keys === undefined) continue
      try {
        await stamp({ table, Keys, OldImage, NewImage })
      } catch (cause) {
        // Those behind it may be of the same item: they come again with it.
        logger('error', 'A foreign write could not be put into the log.', { table, itemIdentifier, cause })
        return { batchItemFailures: [{ itemIdentifier }] }
      }
    }
    return { batchItemFailures: [] }
  }
}

/** The table's name in a stream's ARN: `…:table/<name>/stream/<label>`. */
function tableOfStream(arn: string): string | undefined {
  return /:table\/([^/]+)\/stream\//.exec(arn)?.[1]
}
