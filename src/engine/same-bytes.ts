// Whether two rows are the same.

/** True when both hold the same bytes, or neither is there. */
export function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === other || (one?.length === other?.length && startsWithBytes(one, other))
}

/** True when `whole` begins with `start`; where nothing is, everything begins with it. */
export function startsWithBytes(whole: Uint8Array | undefined, start: Uint8Array | undefined): boolean {
  if (whole === start || start === undefined) return true
  if (whole === undefined || whole.length < start.length) return false
  for (let at = 0; at < start.length; at++) if (whole[at] !== start[at]) return false
  return true
}
