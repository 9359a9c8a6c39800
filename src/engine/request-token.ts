// Requests that bring a token of the caller's have their effect once: for ten minutes the same request is answered without
// being done again. What is kept of it is a row of the catalog, written in the batch of its effect, so that neither a
// reload nor another tab forgets it. A second row holds when that was, so that each request with a token removes the
// oldest that nobody asks for any more.

import { assert } from '../base/assert.ts'
import type { ByteKey } from '../base/byte-key.ts'
import { after, type MaybePromise } from '../base/maybe-promise.ts'
import { decodeText, encodeText } from '../base/utf8.ts'
import { REQUEST_TOKEN_LIFETIME_MS } from '../model/limits.ts'
import { ServiceException } from '../model/service-exception.ts'
import type { Transaction } from '../storage/contract.ts'
import { forEachRow } from './for-each-row.ts'
import { requestTokenAgeKey, requestTokenAges, requestTokenKey, requestTokenKeyOfAgeKey } from './keyspace.ts'
import { requestFingerprint } from './request-fingerprint.ts'

/** The bytes that stand for operations in the rows of their tokens. */
const SCOPES = { TransactWriteItems: 'w', ExecuteTransaction: 'p' } as const

/** The operations whose requests may bring a token; those of one have nothing to do with those of the other. */
export type TokenOperation = keyof typeof SCOPES

/** Tokens that one request removes at most: more than it adds, so that there are never many that nobody needs. */
const MAX_REMOVED_TOKENS = 8

const NOTHING = new Uint8Array(0)

/** A request that brings a token. */
export interface TokenRequest {
  readonly key: ByteKey
  readonly fingerprint: string
  readonly atMs: number
}

/** Read units by table, as a repetition of the request reports them. */
export type RepetitionUnits = readonly (readonly [tableName: string, readUnits: number])[]

interface StoredRequest {
  readonly format: typeof FORMAT
  readonly fingerprint: string
  readonly atMs: number
  readonly units: RepetitionUnits
}

const FORMAT = 1

/**
 * A request and its token.
 *
 * @param identity what has to be the same in a repetition
 * @param atMs now, in milliseconds since 1970
 * @returns undefined when it brings none
 */
export function tokenRequest(
  operation: TokenOperation,
  token: string | undefined,
  { identity, atMs }: { readonly identity: unknown; readonly atMs: number },
): TokenRequest | undefined {
  if (token === undefined) return undefined
  return { key: requestTokenKey(SCOPES[operation], token), fingerprint: requestFingerprint(identity), atMs }
}

/**
 * Looks whether a request has been answered before.
 *
 * @returns what a repetition reports; undefined when it is none
 * @throws ServiceException `IdempotentParameterMismatchException` when the token belongs to another request
 */
export function findRepetition(
  transaction: Transaction,
  { key, fingerprint, atMs }: TokenRequest,
): MaybePromise<RepetitionUnits | undefined> {
  return after(transaction.get(key), (row) => {
    const stored = row && decodeRequest(row)
    if (stored === undefined || stored.atMs < atMs - REQUEST_TOKEN_LIFETIME_MS) return undefined
    if (stored.fingerprint !== fingerprint) throw new ServiceException('IdempotentParameterMismatchException', '')
    return stored.units
  })
}

/** Keeps a request that is being answered, and forgets some that were too long ago. */
export function rememberRequest(
  transaction: Transaction,
  { key, fingerprint, atMs }: TokenRequest,
  units: RepetitionUnits,
): MaybePromise<void> {
  return after(transaction.get(key), (row) => {
    if (row !== undefined) transaction.delete(requestTokenAgeKey(decodeRequest(row).atMs, key))
    return after(forgetOldest(transaction, Math.max(0, atMs - REQUEST_TOKEN_LIFETIME_MS)), () => {
      transaction.put(key, encodeRequest({ format: FORMAT, fingerprint, atMs, units }))
      transaction.put(requestTokenAgeKey(atMs, key), NOTHING)
    })
  })
}

function forgetOldest(transaction: Transaction, beforeMs: number): MaybePromise<void> {
  const ages: ByteKey[] = []
  const walk = forEachRow(
    transaction.scan(requestTokenAges(beforeMs)),
    ({ key }) => ages.push(key) < MAX_REMOVED_TOKENS,
  )
  return after(walk, () => {
    for (const age of ages) {
      transaction.delete(age)
      transaction.delete(requestTokenKeyOfAgeKey(age))
    }
  })
}

function encodeRequest(request: StoredRequest): Uint8Array {
  return encodeText(JSON.stringify(request))
}

function decodeRequest(row: Uint8Array): StoredRequest {
  const stored = JSON.parse(decodeText(row, 0, row.length)) as StoredRequest
  assert(stored.format === FORMAT, `A request token's row has format ${FORMAT}.`)
  return stored
}
