// What the programs about conformance scripts understand on their command lines.

import { parseArgs } from 'node:util'
import { SCRIPTS } from '../conformance/scripts/all.ts'
import type { Script } from './conformance-script.ts'

/** What the command line asks for. */
export interface ConformanceOptions {
  /** Of the server that answers. */
  readonly url: string
  /** Whether tables that are there may be deleted. */
  readonly mayDeleteTables: boolean
  /** Whether a script was asked for: all are when none is named. */
  readonly isWanted: (script: Script) => boolean
}

/**
 * Reads the command line of this process.
 *
 * @throws Error for what it does not understand
 */
export function readConformanceOptions(): ConformanceOptions {
  const { values, positionals } = parseArgs({
    options: {
      endpoint: { type: 'string', default: 'http://127.0.0.1:8000' },
      'delete-tables': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const names = SCRIPTS.map(({ operation }) => operation)
  const unknown = positionals.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Error(`No script is named ${unknown.join(', ')}; there are ${names.join(', ')}.`)
  return {
    url: values.endpoint,
    mayDeleteTables: values['delete-tables'],
    isWanted: ({ operation }) => positionals.length === 0 || positionals.includes(operation),
  }
}
