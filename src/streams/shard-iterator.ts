// Shard iterators: text that says from which sequence number on which shard is read, and when the iterator was given out.

import { byteKeyFromBytes, byteKeyToBytes } from '../base/byte-key.ts'
import { decodeBase64, encodeBase64 } from '../base/base64.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { parseSequenceNumber, type SequenceNumber } from './sequence-number.ts'

/** A place in a shard. */
export interface ShardIterator {
  readonly streamArn: string
  readonly shardId: string
  /** The first number that is read, whether a record has it or not. */
  readonly from: SequenceNumber
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number
}

const VERSION = '001'
const LIFETIME_MS = 15 * 60_000

/** The text of an iterator. */
export function encodeShardIterator({ streamArn, shardId, from, issuedAtMs }: ShardIterator): string {
  const place = encodeBase64(byteKeyToBytes([shardId, from, issuedAtMs].join('|')))
  return [streamArn, VERSION, place].join('|')
}

/**
 * The iterator of a text.
 *
 * @throws ServiceException `ValidationException` for a text that is none, `ExpiredIteratorException` 15 minutes after it
 *   was given out
 */
export function decodeShardIterator(text: string, nowMs: number): ShardIterator {
  const [streamArn = '', version, place = '', ...rest] = text.split('|')
  const bytes = decodeBase64(place)
  const [shardId = '', fromText = '', issuedText = ''] = bytes === undefined ? [] : byteKeyFromBytes(bytes).split('|')
  const from = parseSequenceNumber(fromText)
  const issuedAtMs = Number(issuedText)
  if (version !== VERSION || rest.length > 0 || from === undefined || !Number.isSafeInteger(issuedAtMs)) {
    throw validationException('Invalid ShardIterator')
  }
  if (nowMs - issuedAtMs > LIFETIME_MS) {
    throw new ServiceException(
      'ExpiredIteratorException',
      'The shard iterator has expired and can no longer be used to retrieve stream records. A shard iterator expires 15 minutes after it is retrieved using the GetShardIterator action.',
    )
  }
  return { streamArn, shardId, from, issuedAtMs }
}
