// Channels between tabs for Node, as far as duties use them: a message reaches the others in their turn of the microtask
// queue, and a frozen tab when it goes on.

import type { TabChannel } from '../../src/base/tab-channel.ts'

/** Opens channels. */
export interface MemoryChannels {
  /**
   * @param awake resolves when the tab of the channel is not frozen
   */
  open(name: string, awake: () => Promise<void>): TabChannel
}

/** Channels that nobody listens to yet. */
export function createMemoryChannels(): MemoryChannels {
  const opened = new Map<string, Set<TabChannel & { readonly awake: () => Promise<void> }>>()
  return {
    open(name, awake) {
      const all = opened.get(name) ?? new Set()
      opened.set(name, all)
      const channel = {
        awake,
        onmessage: null as TabChannel['onmessage'],
        postMessage(data: unknown) {
          for (const other of all) {
            if (other === channel) continue
            void other.awake().then(() => other.onmessage?.(new MessageEvent('message', { data })))
          }
        },
        close: () => void all.delete(channel),
      }
      all.add(channel)
      return channel
    },
  }
}
