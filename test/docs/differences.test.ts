// Every row of the README's "Differences from DynamoDB" is held by tests, and here is by which. A new row needs a line here,
// and a test that fails when the difference goes.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

/** A test, by its file and its title, or by the title of a step that is listed as a known gap. */
type HoldingTest = readonly [file: string, title: string]

const ENGINE = 'test/unit/engine/differences.test.ts'
const SETTINGS = 'test/unit/engine/table-settings.test.ts'
const GAPS = 'test/conformance/known-gaps.ts'
const PARTIQL_GAPS = 'test/conformance/known-gaps-partiql.ts'

/** By the first column of the table. */
const HOLDING_TESTS: Readonly<Record<string, readonly HoldingTest[]>> = {
  'a new table': [[GAPS, 'makes a table']],
  'settings of a table': [
    [GAPS, 'changes the class'],
    ['test/unit/engine/index-lifecycle.test.ts', 'is filled in steps, during which the table is UPDATING'],
  ],
  'eventually consistent reads': [
    [ENGINE, 'sees what was written before it'],
    ['test/contract/store-contract.ts', 'sees what the other has committed after a refresh'],
  ],
  throughput: [
    [ENGINE, 'never throttles'],
    ['test/conformance/scripts/capacity.ts', 'takes two units for 1,025 bytes'],
  ],
  '`ItemCount`, `TableSizeBytes`': [[ENGINE, 'are exact after every write']],
  'signatures, over HTTP': [
    ['test/unit/server/http-handler.test.ts', 'refuses requests that are not'],
    ['test/contract/sdk-over-http.test.ts', 'a server that takes any key'],
  ],
  operations: [['test/docs/operations.test.ts', 'is unknown, as the service says it: %s']],
  'transactions at the same time': [
    ['test/unit/engine/transactions.test.ts', 'never conflict: those at the same time come one after another'],
  ],
  'PartiQL that DynamoDB does not take': [
    [PARTIQL_GAPS, 'refuses | SELECT m[*] FROM tab'],
    [PARTIQL_GAPS, "SELECT p FROM tab WHERE CAST(p AS string)='b'"],
  ],
  "PartiQL's `IN` with a value twice": [[PARTIQL_GAPS, "reads | SELECT p,s FROM tab WHERE p IN ['b','a','b']"]],
  "PartiQL's nested `list_append`": [
    [PARTIQL_GAPS, "refuses | UPDATE tab SET n=list_append(list_append(n,[1]),[2]) WHERE p='a' AND s=1"],
  ],
  '`BatchWriteItem`': [
    [ENGINE, 'keeps nothing of a batch of which one request is refused'],
    [ENGINE, 'leaves nothing unprocessed, however large'],
    [ENGINE, 'is one commit'],
  ],
  'global indexes': [
    [ENGINE, 'answers what was written before the query'],
    ['test/conformance/scripts/query.ts', 'refuses a consistent read of a global index'],
  ],
  'deleting a table': [['test/unit/engine/outbox.test.ts', 'cannot be deleted']],
  'an item collection': [[ENGINE, 'has no limit of its own, and is estimated by the size of its table']],
  streams: [
    [
      'test/unit/engine/streams.test.ts',
      'is disabled and enabled anew under another name, and the old one can still be read',
    ],
  ],
  'time to live': [
    ['test/unit/engine/time-to-live.test.ts', 'is read until it is deleted, with its index entries, within a second'],
    [
      'test/unit/engine/time-to-live.test.ts',
      'is refused for an hour after the one before, in the words of what it would be otherwise',
    ],
  ],
  tags: [['test/conformance/scripts/tags.ts', 'lists them']],
  'values in messages': [
    ['test/unit/engine/constraint.test.ts', 'names what is wrong with the names and values of a map'],
    ['test/unit/engine/limits.test.ts', 'names of an AttributesToGet'],
  ],
  '`SSESpecification`': [
    [SETTINGS, 'by the default key is taken with a new table, which needs it no second time'],
    [ENGINE, 'are refused: %s'],
  ],
  '`ResourcePolicy`, replicas, vector indexes': [
    [SETTINGS, 'is refused: a policy'],
    [SETTINGS, 'is refused: a replica'],
    [ENGINE, 'are refused: %s'],
  ],
  '`WarmThroughput`': [[ENGINE, 'is described where it was asked for']],
  'how often settings may change': [
    [ENGINE, 'is up to the app: a class thrice, protection twice at once, and five times fewer units'],
  ],
}

/** The first column of the table of differences. */
function rowNames(): readonly string[] {
  const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8')
  const [, section = ''] = /\n## Differences from DynamoDB\n([\s\S]*?)\n## /.exec(readme) ?? []
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  // The head and the line below it are no rows.
  return rows.slice(2).map((row) => (row.split('|')[1] as string).trim())
}

describe('the table of differences', () => {
  it('has a test for every row, and no test for a row that is gone', () => {
    expect([...rowNames()].sort()).toEqual(Object.keys(HOLDING_TESTS).sort())
  })

  it.for(Object.entries(HOLDING_TESTS).flatMap(([row, tests]) => tests.map((test) => [row, ...test] as const)))(
    'says of %s what a test holds: %s, %s',
    ([, file, title]) => {
      const source = readFileSync(resolve(ROOT, file), 'utf8')
      expect([`'${title}'`, `"${title}"`].some((quoted) => source.includes(quoted))).toBe(true)
    },
  )
})
