// Attribute values as DynamoDB's JSON has them: binary values are base64.

import { decodeBase64, encodeBase64 } from '../base/base64.ts'

/** JSON text of something that holds attribute values. */
export function encodeWireJson(value: object): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    member instanceof Uint8Array ? encodeBase64(member) : member,
  )
}

/**
 * What a JSON text holds, with binary values as bytes.
 *
 * @throws SyntaxError when it is no JSON
 */
export function decodeWireJson(text: string): unknown {
  return JSON.parse(text, reviveBinary)
}

/** The same with binary values as bytes. */
export function reviveBinaryValues(value: object): unknown {
  return JSON.parse(JSON.stringify(value), reviveBinary)
}

/** A value of type B or BS: a name alone whose text, or list of texts, is no attribute value in itself. */
function reviveBinary(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { B, BS } = value as { readonly B?: unknown; readonly BS?: unknown }
  if (typeof B === 'string') return { B: decodeBase64(B) }
  if (Array.isArray(BS)) return { BS: BS.map((each) => decodeBase64(String(each))) }
  return value
}
