// What `tidetable` understands on its command line.

import { parseArgs } from 'node:util'
import type { SigningCredentials } from '../security/verify-signature.ts'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly message: string }
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'sync-setup'; readonly options: SetupOptions }

/** How to serve. */
export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly region: string | undefined
  readonly credentials: SigningCredentials | undefined
}

/** What to set up for replication, and where. */
export interface SetupOptions {
  readonly region: string
  /** Undefined for the service's own in this region. */
  readonly endpoint: string | undefined
  readonly credentials: SigningCredentials & { readonly sessionToken?: string }
  readonly companionTable: string
  /** Names of the tables that are replicated. */
  readonly tables: readonly string[]
}

/** Variables of the environment by their names. */
export type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = '8000'
const DEFAULT_HOST = '127.0.0.1'
const MAX_PORT = 65_535

/** What `tidetable --help` prints. */
export const USAGE: string = `Usage: tidetable serve [options]
       tidetable sync-setup --region <name> [options]

serve: DynamoDB's HTTP protocol from an empty database in memory.

  --port <port>                 to listen on; 0 for any free one (default ${DEFAULT_PORT})
  --host <address>              of this machine to listen on (default ${DEFAULT_HOST})
  --region <name>               in the names of tables (default local)
  --access-key-id <id>          with a secret: only requests signed with this key are answered
  --secret-access-key <secret>  better set as TIDETABLE_SECRET_ACCESS_KEY, which other users of the machine cannot see

sync-setup: makes the companion table of replication where it is missing, and prints the least policy of a client.

  --region <name>               of the tables
  --endpoint <url>              default the service's own
  --table <name>                a table that is replicated; once for each
  --companion <name>            the companion table (default tidetable_sync)

  --help, --version

Environment: TIDETABLE_ACCESS_KEY_ID, TIDETABLE_SECRET_ACCESS_KEY; for sync-setup AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
`

const OPTIONS = {
  port: { type: 'string', default: DEFAULT_PORT },
  host: { type: 'string', default: DEFAULT_HOST },
  region: { type: 'string' },
  'access-key-id': { type: 'string' },
  'secret-access-key': { type: 'string' },
  endpoint: { type: 'string' },
  table: { type: 'string', multiple: true, default: [] as string[] },
  companion: { type: 'string', default: 'tidetable_sync' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const

/** Reads the command line. */
export function parseCommandLine(args: readonly string[], environment: Environment): Command {
  try {
    return readCommand(args, environment)
  } catch (error) {
    // parseArgs throws for options that it does not know.
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) }
  }
}

function readCommand(args: readonly string[], environment: Environment): Command {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const [command, ...rest] = positionals
  if (rest.length === 0 && command === 'serve') return readServe(values, environment)
  if (rest.length === 0 && command === 'sync-setup') return readSetup(values, environment)
  return {
    kind: 'mistake',
    message: `Expected the command serve or sync-setup, got ${positionals.join(' ') || 'none'}.`,
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

function readSetup({ region: asked, endpoint, table: tables, companion }: Values, environment: Environment): Command {
  const region = asked ?? environment['AWS_REGION']
  if (region === undefined) return { kind: 'mistake', message: 'sync-setup needs --region, or AWS_REGION.' }
  const accessKeyId = environment['AWS_ACCESS_KEY_ID']
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY']
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    return { kind: 'mistake', message: 'sync-setup needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.' }
  }
  const sessionToken = environment['AWS_SESSION_TOKEN']
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  return { kind: 'sync-setup', options: { region, endpoint, credentials, companionTable: companion, tables } }
}

function readServe(values: Values, environment: Environment): Command {
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > MAX_PORT) {
    return { kind: 'mistake', message: `--port is a whole number from 0 to ${MAX_PORT}, not ${values.port}.` }
  }
  const accessKeyId = values['access-key-id'] ?? environment['TIDETABLE_ACCESS_KEY_ID']
  const secretAccessKey = values['secret-access-key'] ?? environment['TIDETABLE_SECRET_ACCESS_KEY']
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    return { kind: 'mistake', message: 'An access key id and a secret access key belong together: give both or none.' }
  }
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey }
  return { kind: 'serve', options: { host: values.host, port, region: values.region, credentials } }
}
