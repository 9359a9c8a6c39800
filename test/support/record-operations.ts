// Writes the table of operations into the README: npx tsx test/support/record-operations.ts

import { readFile, writeFile } from 'node:fs/promises'
import { withOperationTable } from './operation-table.ts'

const README = new URL('../../README.md', import.meta.url)
await writeFile(README, withOperationTable(await readFile(README, 'utf8')))
