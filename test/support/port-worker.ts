// A worker for Node: the two ends of a MessageChannel, of which one stands for the Worker that a page has started. It
// counts what crosses, and it can die like a worker: from then on nothing arrives any more, and nobody says so.

import type { WorkerEndpoint } from '../../src/rpc/worker-link.ts'

/** One worker that stands on a port. */
export interface PortWorker {
  /** What the page has. */
  readonly worker: WorkerEndpoint
  /** What the worker's own code has. */
  readonly port: MessagePort
  /** Messages that the page has sent so far. */
  sentByPage(): number
  /** Messages that the worker has sent so far. */
  sentByWorker(): number
  /** Ends it without a word, as the browser does when memory runs out. */
  die(): void
  /** Whether it has died or been terminated. */
  isDead(): boolean
  /** Raises an event at the page's end, such as `error` or `messageerror`. */
  raise(event: Event): void
}

/** A worker that runs `main` on its end of the channel. */
export function startPortWorker(main: (port: MessagePort) => void): PortWorker {
  const { port1, port2 } = new MessageChannel()
  const events = new EventTarget()
  let sentByPage = 0
  let sentByWorker = 0
  let isDead = false
  const workerPost = port2.postMessage.bind(port2)
  port2.postMessage = (message: unknown, options?: Transferable[] | StructuredSerializeOptions): void => {
    sentByWorker++
    workerPost(message, options as Transferable[])
  }
  const die = (): void => {
    isDead = true
    port1.close()
    port2.close()
  }
  main(port2)
  return {
    port: port2,
    sentByPage: () => sentByPage,
    sentByWorker: () => sentByWorker,
    isDead: () => isDead,
    die,
    raise: (event) => void events.dispatchEvent(event),
    worker: {
      postMessage(message, transfer) {
        sentByPage++
        port1.postMessage(message, transfer ?? [])
      },
      addEventListener(type, listener) {
        if (type === 'message') {
          port1.addEventListener(type, listener)
          port1.start()
        } else events.addEventListener(type, listener)
      },
      removeEventListener(type, listener) {
        port1.removeEventListener(type, listener)
        events.removeEventListener(type, listener)
      },
      terminate: die,
    },
  }
}
