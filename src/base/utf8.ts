// Text out of packed bytes. A TextDecoder call costs about as much as a whole small item, so short ASCII, which most
// attribute values are, is built char by char.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()
const SHORT_TEXT_BYTES = 48
const LONE_SURROGATES = /\p{Surrogate}/gu

/**
 * The text in `bytes` from `start` to `end` (not included).
 *
 * @throws TypeError when the bytes are not UTF-8
 */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const text = end - start <= SHORT_TEXT_BYTES ? asciiText(bytes, start, end) : undefined
  return text ?? decoder.decode(bytes.subarray(start, end))
}

/** Eight chars a call: a string made of one char after another takes twice as long. Undefined when it is not ASCII. */
function asciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  let bits = 0
  let at = start
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at] as number
    const b = bytes[at + 1] as number
    const c = bytes[at + 2] as number
    const d = bytes[at + 3] as number
    const e = bytes[at + 4] as number
    const f = bytes[at + 5] as number
    const g = bytes[at + 6] as number
    const h = bytes[at + 7] as number
    bits |= a | b | c | d | e | f | g | h
    text += String.fromCharCode(a, b, c, d, e, f, g, h)
  }
  for (; at < end; at++) {
    const byte = bytes[at] as number
    bits |= byte
    text += String.fromCharCode(byte)
  }
  return bits > 127 ? undefined : text
}

/** The UTF-8 bytes of `text`. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** How many bytes `text` takes as UTF-8; a lone surrogate counts three, as its replacement does. */
export function textSizeBytes(text: string): number {
  let size = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) continue
    if (code < 0x800) {
      size += 1
    } else if (code >= 0xd800 && code <= 0xdbff && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      size += 2
      index++
    } else {
      size += 2
    }
  }
  return size
}

/** The text with lone surrogates replaced by U+FFFD, as UTF-8 cannot carry them. */
export function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd')
}
