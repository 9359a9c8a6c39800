// CRC-32 as HTTP, zip and Ethernet have it (polynomial 0xEDB88320, reflected), four bytes at a step.

const POLYNOMIAL = 0xedb88320
const SLICES = 4

const tables: readonly Int32Array[] = makeTables()

function makeTables(): readonly Int32Array[] {
  const slices = Array.from({ length: SLICES }, () => new Int32Array(256))
  const first = slices[0] as Int32Array
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    first[byte] = crc
  }
  for (let slice = 1; slice < SLICES; slice++) {
    const before = slices[slice - 1] as Int32Array
    const table = slices[slice] as Int32Array
    for (let byte = 0; byte < 256; byte++) {
      const crc = before[byte] as number
      table[byte] = (crc >>> 8) ^ (first[crc & 0xff] as number)
    }
  }
  return slices
}

/** The checksum of `bytes` as an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array): number {
  const [table0, table1, table2, table3] = tables as [Int32Array, Int32Array, Int32Array, Int32Array]
  const end = bytes.length
  let crc = -1
  let at = 0
  for (; at + SLICES <= end; at += SLICES) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    crc =
      (table3[crc & 0xff] as number) ^
      (table2[(crc >>> 8) & 0xff] as number) ^
      (table1[(crc >>> 16) & 0xff] as number) ^
      (table0[crc >>> 24] as number)
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (table0[(crc ^ (bytes[at] as number)) & 0xff] as number)
  return ~crc >>> 0
}
