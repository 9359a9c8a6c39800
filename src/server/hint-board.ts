// Server-sent events that tell which scopes' logs have grown through this gateway. A hint spares a client the wait for its
// next poll and is allowed to be lost, so nothing is kept for those who are not connected.

import type { Clock, Timer } from '../base/clock.ts'
import { encodeText } from '../base/utf8.ts'
import type { GatewayHint } from '../sync/gateway-wire.ts'

/** Who waits for hints. */
export interface HintBoard {
  /** A response that tells of these scopes until the request ends. */
  subscribe(scopes: readonly string[], signal: AbortSignal): Response
  tell(scope: string): void
}

/** Something is sent this often, so that nobody between takes the connection for dead. */
const KEEP_ALIVE_MS = 15_000
/** A connection ends after this long: whoever goes on listening is authorized anew. */
const LONGEST_CONNECTION_MS = 300_000
/** More connections at once are refused. */
export const MAX_LISTENERS = 10_000
/** A listener that leaves so many hints unread is let go: it will poll. */
const MAX_UNREAD = 100

interface Listener {
  readonly scopes: ReadonlySet<string>
  send(text: string): void
}

/** Makes a board without listeners. */
export function createHintBoard(clock: Clock): HintBoard {
  const listeners = new Set<Listener>()
  return {
    tell(scope) {
      const hint: GatewayHint = { scope }
      for (const listener of listeners) {
        if (listener.scopes.has(scope)) listener.send(`data: ${JSON.stringify(hint)}\n\n`)
      }
    },
    subscribe(scopes, signal) {
      if (listeners.size >= MAX_LISTENERS) return new Response(null, { status: 503 })
      const stream = eventStream({ clock, signal, listeners, scopes: new Set(scopes) })
      const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
      return new Response(stream, { headers })
    },
  }
}

interface StreamParts {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly listeners: Set<Listener>
  readonly scopes: ReadonlySet<string>
}

function eventStream({ clock, signal, listeners, scopes }: StreamParts): ReadableStream<Uint8Array> {
  let leave = (_isClosed: boolean): void => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let timer: Timer | undefined
        const startMs = clock.monotonicMs()
        const listener: Listener = {
          scopes,
          send(text) {
            if ((controller.desiredSize ?? 0) <= -MAX_UNREAD) leave(false)
            else controller.enqueue(encodeText(text))
          },
        }
        const keepAlive = (): void => {
          if (clock.monotonicMs() - startMs >= LONGEST_CONNECTION_MS) leave(false)
          else listener.send(': still here\n\n')
          if (listeners.has(listener)) timer = clock.after(KEEP_ALIVE_MS, keepAlive)
        }
        leave = (isClosed) => {
          if (!listeners.delete(listener)) return
          timer?.cancel()
          if (!isClosed) controller.close()
        }
        listeners.add(listener)
        signal.addEventListener('abort', () => leave(false))
        if (signal.aborted) leave(false)
        else keepAlive()
      },
      cancel: () => leave(true),
    },
    new CountQueuingStrategy({ highWaterMark: 1 }),
  )
}
