// `tidetable serve` as its users run it: how fast it starts, that it starts empty, that it waits for nobody when it ends, what it
// says.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { startBrowserServer } from '../support/browser-server.ts'
import { freePort } from '../support/free-port.ts'
import { killGroup, startProcess } from '../support/processes.ts'
import { describeSdkDoor } from '../contract/sdk-contract.ts'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli.js')
const START_LIMIT_MS = 2000
/** What a Node that has nothing to do takes from its start to its end, where the limit holds as it stands. */
const EMPTY_NODE_MS = 50
/** Far less than a server waits for the rest of a request, or for the next. */
const END_LIMIT_MS = 30_000
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

const started: ChildProcess[] = []

afterEach(async () => {
  for (const child of started.splice(0)) await killGroup(child)
})

function start(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = startProcess({ program, args, env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return start(process.execPath, [PROGRAM, ...args], env)
}

/** How long this machine takes now to start a Node that has nothing to do, and to end it. */
async function emptyNodeMs(): Promise<number> {
  const startedAtMs = performance.now()
  await once(start(process.execPath, ['--eval', '']), 'exit')
  return performance.now() - startedAtMs
}

/** What a process prints until it ends. */
async function outputOf(
  child: ChildProcess,
): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> {
  const read = async (stream: Readable | null): Promise<string> =>
    Buffer.concat(await (stream as Readable).toArray()).toString()
  const [[code], out, err] = await Promise.all([once(child, 'exit'), read(child.stdout), read(child.stderr)])
  return { code: code as unknown, out, err }
}

/** The endpoint that a server names when it is ready. */
async function endpointOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout as Readable, 'data')) as [Buffer]
  const url = /listens on (http:\S+?),?\s/.exec(line.toString())?.[1]
  if (url === undefined) throw new Error(`The server said: ${line.toString()}`)
  return url
}

function connect(endpoint: string, credentials: typeof KEY = KEY): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: 'local', credentials })
}

async function namesOfTables(client: DynamoDBClient): Promise<readonly string[] | undefined> {
  return (await client.send(new ListTablesCommand({}))).TableNames
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: 'cities',
      AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
}

describe('tidetable sync-setup', () => {
  it('makes the companion table at an endpoint, and prints a policy', async () => {
    const endpoint = await endpointOf(startProgram(['serve', '--port', '0']))
    const env = { AWS_ACCESS_KEY_ID: KEY.accessKeyId, AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey }
    const args = ['sync-setup', '--endpoint', endpoint, '--region', 'local', '--table', 'notes']
    const { code, out, err } = await outputOf(startProgram(args, env))

    expect([code, err]).toEqual([0, 'Table tidetable_sync was made; its entries expire.\n'])
    const { Statement } = JSON.parse(out) as { readonly Statement: readonly { readonly Resource: readonly string[] }[] }
    expect(Statement.flatMap(({ Resource }) => Resource)).toEqual([
      'arn:aws:dynamodb:local:000000000000:table/notes',
      'arn:aws:dynamodb:local:000000000000:table/tidetable_sync',
    ])
    const client = connect(endpoint)
    expect(await namesOfTables(client)).toEqual(['tidetable_sync'])
    client.destroy()
  })
})

describe('tidetable serve', () => {
  it('is ready within two seconds, or what is that on a machine that has other work', async () => {
    const emptyBeforeMs = await emptyNodeMs()
    const startedAtMs = performance.now()
    const client = connect(await endpointOf(startProgram(['serve', '--port', '0'])))
    expect(await namesOfTables(client)).toEqual([])
    const startMs = performance.now() - startedAtMs
    const slowness = Math.max(1, emptyBeforeMs / EMPTY_NODE_MS, (await emptyNodeMs()) / EMPTY_NODE_MS)
    expect(startMs / slowness).toBeLessThan(START_LIMIT_MS)
    client.destroy()
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once on %s, with clients connected', async (signal) => {
    const child = startProgram(['serve', '--port', '0'])
    const endpoint = await endpointOf(child)
    const unfinished = connectSocket(Number(new URL(endpoint).port), '127.0.0.1').on('error', () => undefined)
    await once(unfinished, 'connect')
    unfinished.write('POST / HTTP/1.1\r\n')
    const client = connect(endpoint)
    await namesOfTables(client)
    child.kill(signal)
    const isEnded = (): unknown => [child.exitCode, child.signalCode]
    await expect.poll(isEnded, { timeout: END_LIMIT_MS }).toEqual([0, null])
    unfinished.destroy()
    client.destroy()
  })

  it('starts empty each time, on the same port', async () => {
    const port = String(await freePort())
    const first = startProgram(['serve', '--port', port])
    const endpoint = await endpointOf(first)
    const client = connect(endpoint)
    await createTable(client)
    expect(await namesOfTables(client)).toEqual(['cities'])
    first.kill('SIGTERM')
    await once(first, 'exit')
    const second = startProgram(['serve', '--port', port])
    expect(await endpointOf(second)).toBe(endpoint)
    expect(await namesOfTables(client)).toEqual([])
    client.destroy()
  })

  it('answers only its key when it was given one', async () => {
    const environment = {
      TIDETABLE_ACCESS_KEY_ID: KEY.accessKeyId,
      TIDETABLE_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    }
    const endpoint = await endpointOf(startProgram(['serve', '--port', '0'], environment))
    expect(await namesOfTables(connect(endpoint))).toEqual([])
    const stranger = connect(endpoint, { ...KEY, secretAccessKey: 'other' })
    await expect(namesOfTables(stranger)).rejects.toMatchObject({ name: 'InvalidSignatureException' })
  })

  it('says so when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, out, err } = await outputOf(startProgram(['serve', '--port', String(port)]))
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`tidetable cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`)
    other.close()
  })

  it('says what it understands, and its version', async () => {
    expect(await outputOf(startProgram(['--version']))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    })
    expect(await outputOf(startProgram(['--help']))).toMatchObject({ code: 0, err: '' })
    expect(await outputOf(startProgram(['server']))).toMatchObject({ code: 2, out: '' })
  })
})

async function expectGone(endpoint: string): Promise<void> {
  const look = (): Promise<string> =>
    fetch(endpoint).then(
      () => 'answered',
      () => 'gone',
    )
  await expect.poll(look).toBe('gone')
}

describe('npm run serve', () => {
  it('ends the server with itself', async () => {
    const child = start('npm', ['run', '--silent', 'serve', '--', '--port', '0'])
    const endpoint = await endpointOf(child)
    const client = connect(endpoint)
    expect(await namesOfTables(client)).toEqual([])
    child.kill('SIGTERM')
    await once(child, 'exit')
    await expectGone(endpoint)
    client.destroy()
  })
})

describe('npx tidetable serve', () => {
  it('ends the server with itself', async () => {
    // What npx starts: a shell, which is all that hears of the signal.
    const environment = { npm_lifecycle_event: 'npx', npm_lifecycle_script: "'tidetable'" }
    const child = start('sh', ['-c', `'${process.execPath}' '${PROGRAM}' serve --port 0; :`], environment)
    const endpoint = await endpointOf(child)
    child.kill('SIGTERM')
    await once(child, 'exit')
    await expectGone(endpoint)
  })
})

describeSdkDoor('a server with a browser behind it', async () => {
  const server = await startBrowserServer({ engine: 'chromium', host: '127.0.0.1', port: 0 })
  return { client: connect(server.url), dispose: () => server.close() }
})
