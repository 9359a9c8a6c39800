// `npm run bench:serve`: PutItem and GetItem a second of `tidetable serve` against dynalite, both in memory, both asked by
// this process over the same kind of connections, round by round in alternating order.
// Options: --rounds <count>, --seconds <of one measurement>, --lanes <connections>.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setup as buildPackage } from '../support/ensure-build.ts'
import { killGroup, startProcess, waitFor } from '../support/processes.ts'
import { median } from './statistics.ts'

interface Server {
  readonly name: string
  readonly port: number
  readonly process: ChildProcess
}

interface Figure {
  readonly server: string
  readonly operation: Operation
  readonly perSecond: number
}

type Operation = 'PutItem' | 'GetItem'

const ROOT = resolve(import.meta.dirname, '../..')
const OPERATIONS: readonly Operation[] = ['PutItem', 'GetItem']
const TABLE = 'bench'
const KEYS = 10_000
const TEXT = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit. '.repeat(5)

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '16' },
  },
})
const [rounds, seconds, laneCount] = [values.rounds, values.seconds, values.lanes].map(Number) as [
  number,
  number,
  number,
]

buildPackage()
const servers = [await startTidetable(), await startDynalite()]
try {
  for (const server of servers) await prepare(server)
  // The first round only warms both up.
  await measureRound(0)
  const figures: Figure[] = []
  for (let round = 1; round <= rounds; round++) figures.push(...(await measureRound(round)))
  report(figures)
} finally {
  for (const server of servers) await killGroup(server.process)
}

async function startTidetable(): Promise<Server> {
  const child = startNode([resolve(ROOT, 'dist/cli.js'), 'serve', '--port', '0'])
  const [line] = (await once(child.stdout as Readable, 'data')) as [Buffer]
  return { name: 'tidetable', port: Number(/:(\d+)\s*$/.exec(line.toString())?.[1]), process: child }
}

async function startDynalite(): Promise<Server> {
  const port = await freePort()
  const child = startNode([
    fileURLToPath(import.meta.resolve('dynalite/cli.js')),
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--createTableMs',
    '0',
  ])
  await once(child.stdout as Readable, 'data')
  return { name: 'dynalite', port, process: child }
}

function startNode(args: readonly string[]): ChildProcess {
  return startProcess({
    program: process.execPath,
    args,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Makes the table and every item that will be asked for. */
async function prepare({ port }: Server): Promise<void> {
  const lane = await openLane(port)
  const created = await lane.send(
    encodeRequest('CreateTable', {
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
  if (created !== 200) throw new Error(`CreateTable was answered with ${created}`)
  // A table that is created in no time is still created in the background.
  await waitFor('the creation of the table', 10_000, async () =>
    (await lane.send(requestFor('PutItem', 0))) === 200 ? true : undefined,
  )
  for (let key = 1; key < KEYS; key++) await lane.send(requestFor('PutItem', key))
  lane.close()
}

async function measureRound(round: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const operation of OPERATIONS) {
    // Who goes first changes from round to round.
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
      figures.push({ server: server.name, operation, perSecond: await measure(server, operation) })
    }
  }
  return figures
}

async function measure({ name, port }: Server, operation: Operation): Promise<number> {
  const lanes = await Promise.all(Array.from({ length: laneCount }, () => openLane(port)))
  const requests = Array.from({ length: KEYS }, (_, key) => requestFor(operation, key))
  const startMs = performance.now()
  const endMs = startMs + seconds * 1000
  let answered = 0
  await Promise.all(
    lanes.map(async (lane) => {
      while (performance.now() < endMs) {
        const status = await lane.send(requests[(answered * 7919) % KEYS] as Buffer)
        if (status !== 200) throw new Error(`${name} answered ${operation} with ${status}`)
        answered++
      }
      lane.close()
    }),
  )
  return (answered / (performance.now() - startMs)) * 1000
}

function requestFor(operation: Operation, key: number): Buffer {
  const id = { S: `item-${key}` }
  const item = { id, text: { S: TEXT }, count: { N: String(key) }, tags: { SS: ['a', 'b', 'c'] }, flag: { BOOL: true } }
  return encodeRequest(
    operation,
    operation === 'PutItem' ? { TableName: TABLE, Item: item } : { TableName: TABLE, Key: { id } },
  )
}

function encodeRequest(operation: string, input: unknown): Buffer {
  const body = JSON.stringify(input)
  const lines = [
    'POST / HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/x-amz-json-1.0',
    `X-Amz-Target: DynamoDB_20120810.${operation}`,
    'X-Amz-Date: 20261123T093000Z',
    'Authorization: AWS4-HMAC-SHA256 Credential=any/20261123/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** A connection that sends one request at a time. A client library would take longer than either server. */
interface Lane {
  /** @returns the status of the answer, when its last byte is here */
  send(request: Buffer): Promise<number>
  close(): void
}

async function openLane(port: number): Promise<Lane> {
  const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  let received = ''
  let settle: ((status: number) => void) | undefined
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received += chunk
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const size = /^content-length: (\d+)/im.exec(received.slice(0, headEnd))?.[1]
    if (received.length < headEnd + 4 + Number(size)) return
    const status = Number(received.slice(9, 12))
    received = ''
    settle?.(status)
  })
  return {
    send: (request) =>
      new Promise((resolvePromise) => {
        settle = resolvePromise
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

function report(figures: readonly Figure[]): void {
  console.log(
    `${rounds} rounds of ${seconds} s, ${laneCount} connections; median (lowest to highest) of requests a second\n`,
  )
  for (const operation of OPERATIONS) {
    const medians = servers.map(({ name }) => {
      const of = figures.filter((figure) => figure.server === name && figure.operation === operation)
      const perSecond = of.map((figure) => figure.perSecond)
      const [low, middle, high] = [Math.min(...perSecond), median(perSecond), Math.max(...perSecond)].map(Math.round)
      console.log(`${operation}  ${name.padEnd(10)} ${String(middle).padStart(7)} (${low} to ${high})`)
      return middle ?? 0
    })
    console.log(`${operation}  ratio      ${((medians[0] ?? 0) / (medians[1] ?? 1)).toFixed(2).padStart(7)}\n`)
  }
}
