// The package's program: `npx tidetable serve`.

import { version } from '../../package.json'
import { systemClock } from '../base/clock.ts'
import type { LogLevel } from '../base/logger.ts'
import { createSignedApi } from '../sync/signed-api.ts'
import { parseCommandLine, type ServeOptions, type SetupOptions, USAGE } from './command-line.ts'
import { startServer } from './node.ts'
import { clientPolicy, setUpSync } from './sync-setup.ts'

const MISTAKE_EXIT_CODE = 2
const FAILURE_EXIT_CODE = 1
/** How long a server may outlive the npx that started it. */
const PARENT_CHECK_MS = 250

await main()

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2), process.env)
  switch (command.kind) {
    case 'help':
      process.stdout.write(USAGE)
      return
    case 'version':
      process.stdout.write(`${version}\n`)
      return
    case 'mistake':
      process.stderr.write(`${command.message}\n\n${USAGE}`)
      process.exitCode = MISTAKE_EXIT_CODE
      return
    case 'serve':
      return serve(command.options)
    case 'sync-setup':
      return setUp(command.options)
  }
}

async function serve({ host, port, region, credentials }: ServeOptions): Promise<void> {
  // Everything is in memory: there is nothing to bring to an end first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
  endWithNpx()
  try {
    const server = await startServer({
      host,
      port,
      logger: printErrors,
      ...(region !== undefined && { region }),
      ...(credentials !== undefined && { credentials }),
    })
    process.stdout.write(`tidetable listens on ${server.url}\n`)
  } catch (error) {
    process.stderr.write(`tidetable cannot listen on ${host}:${port}: ${(error as Error).message}\n`)
    process.exitCode = FAILURE_EXIT_CODE
  }
}

/**
 * Ends this process when npx has been ended. npx runs programs by a shell, which dies of a signal without passing it on, so
 * that a server would go on and keep its port. That the shell is gone shows in the parent's id.
 */
function endWithNpx(): void {
  const { npm_lifecycle_event: event, npm_lifecycle_script: program = '' } = process.env
  // What npx started may have started this program in its turn, and may have meant it to stay.
  if (event !== 'npx' || !program.includes('tidetable')) return
  const parentId = process.ppid
  setInterval(() => {
    if (process.ppid !== parentId) process.exit(0)
  }, PARENT_CHECK_MS).unref()
}

async function setUp({ region, endpoint, credentials, companionTable, tables }: SetupOptions): Promise<void> {
  const api = createSignedApi({
    region,
    ...(endpoint !== undefined && { endpoint }),
    credentials: () => credentials,
    clock: systemClock,
  })
  try {
    const { companionArn, isNew } = await setUpSync({ api, companionTable })
    process.stderr.write(`Table ${companionTable} ${isNew ? 'was made' : 'is there'}; its entries expire.\n`)
    const tableArns = tables.map((name) => companionArn.replace(/[^/]+$/, name))
    process.stdout.write(`${JSON.stringify(clientPolicy({ companionArn, tableArns }), undefined, 2)}\n`)
  } catch (error) {
    process.stderr.write(`tidetable cannot set up replication: ${(error as Error).message}\n`)
    process.exitCode = FAILURE_EXIT_CODE
  }
}

function printErrors(level: LogLevel, message: string, facts: Readonly<Record<string, unknown>> = {}): void {
  if (level !== 'error') return
  const text = JSON.stringify(facts, (_name, fact: unknown) => (fact instanceof Error ? fact.stack : fact))
  process.stderr.write(`${message} ${text}\n`)
}
