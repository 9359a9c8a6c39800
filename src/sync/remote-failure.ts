// What a failed request means, by the exception's name alone: status codes say too little (the service reports
// throttling as a bad request).

/**
 * - `later`: throttling, conflicts between transactions, no network, a service in trouble: try again, with back-off.
 * - `credentials`: expired or not known (yet): get new ones, then try again.
 * - `clock`: the signature's time was refused: correct the clock, then try again.
 * - `refused`: it would be refused again: access denied, not valid.
 */
export type FailureKind = 'later' | 'credentials' | 'clock' | 'refused'

const REFUSED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'ValidationException',
  'ItemCollectionSizeLimitExceededException',
  'SerializationException',
])

const CREDENTIALS: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'MissingAuthenticationTokenException',
  'MissingAuthenticationToken',
  'InvalidClientTokenId',
  'CredentialsProviderError',
])

const CLOCK: ReadonlySet<string> = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'InvalidSignatureException'])

/** Everything that is not known to be refused for good is tried again: a mutation is never dropped for a bad day. */
export function failureKind(error: unknown): FailureKind {
  const name = failureName(error)
  if (REFUSED.has(name)) return 'refused'
  if (CREDENTIALS.has(name)) return 'credentials'
  return CLOCK.has(name) ? 'clock' : 'later'
}

/** The exception's name, without the prefix that the wire has. */
export function failureName(error: unknown): string {
  const name = error instanceof Error ? error.name : 'UnknownError'
  return name.slice(name.lastIndexOf('#') + 1)
}

/** What somebody who has to mend it is told. */
export function failureMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
