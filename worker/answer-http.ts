// The worker's own door for DynamoDB's HTTP protocol: bodies come as the page got them and are parsed here.

import type { RawRequest, RawResponse } from '../src/base/http-message.ts'
import { seededRandom, systemRandom } from '../src/base/random.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { HttpCall } from '../src/rpc/protocol.ts'
import { readAuthorization } from '../src/security/authorization.ts'
import { createProtocol } from '../src/server/protocol.ts'

/** Request ids are names, not secrets. */
const random = seededRandom(systemRandom.uint32())

/**
 * Answers one request.
 *
 * @throws DatabaseError for failures that the service has no words for
 */
export function answerHttp({ dispatch }: Engine, { request, requiresSignature }: HttpCall): Promise<RawResponse> {
  const authenticate = requiresSignature ? requireSignature : trustPage
  return createProtocol({ dispatch, authenticate, random, region: 'local' })(request)
}

function requireSignature(request: RawRequest): void {
  readAuthorization(request)
}

function trustPage(): void {}
