// Who may ask: whoever signs with the server's key, or, where it has none, whoever says that they signed.

import type { Clock } from '../base/clock.ts'
import { readAuthorization } from '../security/authorization.ts'
import { createSignatureVerifier, type SigningCredentials } from '../security/verify-signature.ts'
import type { RawRequest } from '../base/http-message.ts'

/** Resolves for a request that may be answered, rejects or throws the ServiceException that refuses it. */
export type Authenticate = (request: RawRequest) => void | Promise<void>

/** Whom a server knows. */
export interface KnownSigners {
  /** The one key. Undefined: any key, and signatures are not verified. */
  readonly credentials: SigningCredentials | undefined
  /** The region that requests must be signed for. Undefined: any. */
  readonly region: string | undefined
  readonly clock: Clock
}

const SERVICE = 'dynamodb'

/** Makes the check of a server. */
export function authenticateBy({ credentials, region, clock }: KnownSigners): Authenticate {
  if (credentials === undefined) return acceptAnyKey
  const rules = { credentials, service: SERVICE, now: clock.now, ...(region !== undefined && { region }) }
  return createSignatureVerifier(rules)
}

/** Asks only that a request looks signed. */
function acceptAnyKey(request: RawRequest): void {
  readAuthorization(request)
}
