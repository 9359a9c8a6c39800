// A remote that is a database of the same browser tells no hints: those who push to it tell each other, in this tab and in
// the others.

import type { HintingRemote } from './gateway-remote.ts'
import type { RemoteTable } from './remote-table.ts'

/** The part of a BroadcastChannel that is used. */
export interface HintChannel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

/** A remote whose pushes are told on a channel. */
export function withNeighbourHints(remote: RemoteTable, channel: HintChannel): HintingRemote {
  return {
    ...remote,
    async push(push) {
      const outcome = await remote.push(push)
      if (outcome.kind === 'applied') channel.postMessage({ scopes: Object.keys(push.heads) })
      return outcome
    },
    listen: (scopes, { onHint }, signal) =>
      new Promise((resolve) => {
        const hear = ({ data }: MessageEvent): void => {
          const { scopes: told = [] } = data as { readonly scopes?: readonly string[] }
          for (const scope of told) if (scopes.includes(scope)) onHint(scope)
        }
        const end = (): void => {
          channel.removeEventListener('message', hear)
          resolve()
        }
        channel.addEventListener('message', hear)
        signal.addEventListener('abort', end, { once: true })
        if (signal.aborted) end()
      }),
  }
}
