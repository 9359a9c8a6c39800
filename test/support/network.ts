// A network that can be taken away: forwards connections to a server, or breaks them all.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** One device's way to a server. */
export interface Network {
  /** The server's address by this way. */
  readonly url: string
  /** Breaks what is connected and lets nothing through until it is `true` again. */
  setOnline(isOnline: boolean): void
  close(): Promise<void>
}

/** A way to the server at an address. */
export async function createNetwork(target: string): Promise<Network> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let isOnline = true
  const server = createServer((near) => {
    if (!isOnline) {
      near.destroy()
      return
    }
    const far = connect({ host: hostname, port: Number(port) })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      // A connection that breaks is what this is for.
      one.on('error', () => undefined)
      one.once('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setOnline(is) {
      isOnline = is
      if (!is) for (const socket of sockets) socket.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
