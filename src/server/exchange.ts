// What HTTP servers add to the protocol: an answer to failures that the service has no words for, compressed answers, and
// the checksum over what is sent.

import { crc32 } from '../base/crc32.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import { ServiceException } from '../model/service-exception.ts'
import { acceptedCoding, compress } from './content-coding.ts'
import { commonHeaders, JSON_1_0, type Protocol, textResponse } from './protocol.ts'
import type { RawRequest, RawResponse } from '../base/http-message.ts'
import { encodeException } from './response-body.ts'

/** What an exchange is made of. */
export interface ExchangeOptions {
  readonly protocol: Protocol
  readonly random: Random
  /** Hears of every failure that a client gets to see as `InternalServerError`. */
  readonly logger: Logger
}

/** Answers one request, ready to be sent. Never rejects. */
export type Exchange = (request: RawRequest) => Promise<RawResponse>

/** Smaller answers are sent as they are: compressing costs more than their bytes. */
const MIN_COMPRESSED_BYTES = 1024
const FAILURE = new ServiceException(
  'InternalServerError',
  'The request processing has failed because of an unknown error, exception or failure.',
)

/** Makes an exchange. */
export function createExchange({ protocol, random, logger }: ExchangeOptions): Exchange {
  return async (request) => {
    try {
      return await finish(request, await protocol(request))
    } catch (error) {
      logger('error', 'A request failed.', { target: request.headers['x-amz-target'], error })
      const { status, text } = encodeException(FAILURE)
      return withChecksum(textResponse(status, text, { ...commonHeaders(request, random), 'Content-Type': JSON_1_0 }))
    }
  }
}

async function finish(request: RawRequest, response: RawResponse): Promise<RawResponse> {
  const { body, headers, status } = response
  if (body.length < MIN_COMPRESSED_BYTES) return withChecksum(response)
  const coding = acceptedCoding(request.headers['accept-encoding'])
  if (coding === undefined) return withChecksum(response)
  const compressed = await compress(body, coding)
  return withChecksum({ status, headers: { ...headers, 'Content-Encoding': coding }, body: compressed })
}

/** The service counts over the bytes that it sends, compressed or not. */
function withChecksum({ status, headers, body }: RawResponse): RawResponse {
  const checksum = body.length > 0 ? { 'x-amz-crc32': String(crc32(body)) } : {}
  return { status, headers: { ...headers, ...checksum, 'Content-Length': String(body.length) }, body }
}
