// What tabs of one browser tell each other: the part of a BroadcastChannel that is used, where there are any.

/** A channel to the other tabs. */
export interface TabChannel {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

/** The channel of this name; undefined where there are none. */
export function openTabChannel(name: string): TabChannel | undefined {
  return typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)
}
