// GetShardIterator: a place in a shard from which records are read.

import { after, type MaybePromise } from '../../base/maybe-promise.ts'
import { ServiceException, validationException } from '../../model/service-exception.ts'
import type { GetShardIteratorInput, GetShardIteratorOutput, ShardIteratorType } from '../../model/stream-operations.ts'
import {
  lastSequenceNumber,
  parseSequenceNumber,
  type SequenceNumber,
  sequenceNumberAfter,
} from '../../streams/sequence-number.ts'
import { encodeShardIterator } from '../../streams/shard-iterator.ts'
import type { EngineServices } from '../operation.ts'
import { readSnapshot } from '../read-snapshot.ts'
import { requireStream, type StoredStream, trimHorizon } from '../stored-stream.ts'
import { trimmedDataAccess } from './stream-page.ts'

const NEEDS_NUMBER: ReadonlySet<ShardIteratorType> = new Set(['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'])

/** Gives an iterator out. */
export function getShardIterator(
  { store, arnScope, clock }: EngineServices,
  input: GetShardIteratorInput,
): MaybePromise<GetShardIteratorOutput> {
  const { StreamArn, ShardId, ShardIteratorType } = input
  const given = givenNumber(input)
  const issuedAtMs = clock.now()
  // LATEST comes after all that anybody committed before the call.
  return readSnapshot(store, ShardIteratorType === 'LATEST', (snapshot) =>
    after(requireStream(snapshot, arnScope, StreamArn), (stream) => {
      if (stream.shardId !== ShardId) throw new ServiceException('ResourceNotFoundException', 'Shard does not exist')
      const from =
        given === undefined
          ? ShardIteratorType === 'LATEST'
            ? sequenceNumberAfter(lastSequenceNumber(snapshot.sequence))
            : trimHorizon(stream)
          : ShardIteratorType === 'AFTER_SEQUENCE_NUMBER'
            ? sequenceNumberAfter(given)
            : given
      if (given !== undefined) checkNumber(stream, given, from)
      return { ShardIterator: encodeShardIterator({ streamArn: StreamArn, shardId: ShardId, from, issuedAtMs }) }
    }),
  )
}

function givenNumber({ ShardIteratorType, SequenceNumber }: GetShardIteratorInput): SequenceNumber | undefined {
  if (!NEEDS_NUMBER.has(ShardIteratorType)) {
    if (SequenceNumber === undefined) return undefined
    throw invalid('SequenceNumber should not be passed for this iterator type')
  }
  const number = SequenceNumber === undefined ? undefined : parseSequenceNumber(SequenceNumber)
  if (number === undefined) throw invalid('Invalid SequenceNumber')
  return number
}

function checkNumber(stream: StoredStream, given: SequenceNumber, from: SequenceNumber): void {
  const { startingSequenceNumber, closed } = stream
  if (given < startingSequenceNumber || (closed !== undefined && given > closed.sequenceNumber)) {
    throw validationException('Invalid SequenceNumber for the shard')
  }
  if (from < trimHorizon(stream)) throw trimmedDataAccess()
}

function invalid(message: string): ServiceException {
  return validationException(`One or more parameter values were invalid: ${message}`)
}
