// Signature Version 4 by the platform's own cryptography: hashes, the key derived for a day, the signature itself.
// Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature

import { encodeText } from '../base/utf8.ts'

/** What a signing key is good for: one day, one region, one service. */
export interface CredentialScope {
  /** YYYYMMDD. */
  readonly date: string
  readonly region: string
  readonly service: string
}

/** The only algorithm there is. */
export const SIGNATURE_ALGORITHM = 'AWS4-HMAC-SHA256'
/** The last part of a credential scope. */
export const SCOPE_TERMINATOR = 'aws4_request'

const KEY_PREFIX = 'AWS4'
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const

/** SHA-256 in hexadecimal. */
export async function sha256Hex(content: Uint8Array<ArrayBuffer> | string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', bytesOf(content)))
}

/** The key that signs in this scope. */
export async function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): Promise<CryptoKey> {
  let key = await importKey(bytesOf(KEY_PREFIX + secretAccessKey))
  for (const step of [scope.date, scope.region, scope.service, SCOPE_TERMINATOR]) {
    key = await importKey(await crypto.subtle.sign(HMAC.name, key, bytesOf(step)))
  }
  return key
}

/** The signature of a text in hexadecimal. */
export async function sign(key: CryptoKey, stringToSign: string): Promise<string> {
  return hex(await crypto.subtle.sign(HMAC.name, key, bytesOf(stringToSign)))
}

function importKey(bytes: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign'])
}

function bytesOf(content: Uint8Array<ArrayBuffer> | string): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? (encodeText(content) as Uint8Array<ArrayBuffer>) : content
}

function hex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
