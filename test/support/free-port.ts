// Ports for programs that are told theirs. Nobody else is given one of these between the look and the start: the system hands
// out ports, to servers that ask for any and to clients, from 32,768 on.

import { createServer } from 'node:net'

const FIRST_PORT = 20_000
const PORTS = 12_000
const MAX_LOOKS = 100

/**
 * A port of 127.0.0.1 at which nobody listens.
 *
 * @throws Error when none is found
 */
export async function freePort(): Promise<number> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
  throw new Error('All ports are taken.')
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
