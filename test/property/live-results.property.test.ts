// Live results as the page has them, and its cache, through random writes and workers that die: whenever things are quiet
// they equal the query run anew, and rows that did not change are the same objects as before.

import 'fake-indexeddb/auto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attribute, expr } from '../../src/client/expression.ts'
import { defineTable } from '../../src/client/define-table.ts'
import type { Live, LiveRows } from '../../src/client/live.ts'
import type { Table } from '../../src/client/table.ts'
import { openMemoryDatabase } from '../support/memory-database.ts'

interface Note {
  readonly shelf: string
  readonly id: number
  readonly colour?: string
  readonly tags?: ReadonlySet<string>
  readonly ink?: Uint8Array
  readonly body?: { readonly text: string; readonly marks: readonly number[] }
}

const NOTES = defineTable<Note>()({
  name: 'notes',
  attributes: { shelf: 'S', id: 'N', colour: 'S' },
  key: { partition: 'shelf', sort: 'id' },
  globalIndexes: { byColour: { partition: 'colour', sort: 'id' } },
})

type Command =
  | { readonly kind: 'put'; readonly note: Note }
  | { readonly kind: 'many'; readonly notes: readonly Note[] }
  | { readonly kind: 'delete' | 'mark'; readonly note: Note }
  | { readonly kind: 'kill' }

const notes: fc.Arbitrary<Note> = fc.record(
  {
    shelf: fc.constantFrom('a', 'b'),
    id: fc.integer({ min: 0, max: 9 }),
    colour: fc.constantFrom('red', 'blue'),
    tags: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }).map((tags) => new Set(tags)),
    ink: fc.uint8Array({ maxLength: 2 }).map((bytes) => Uint8Array.from(bytes)),
    body: fc.record({ text: fc.constantFrom('one', 'two'), marks: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }) }),
  },
  { requiredKeys: ['shelf', 'id'] },
)
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), note: notes }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('many'), notes: fc.array(notes, { minLength: 1, maxLength: 30 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'mark'), note: notes }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' }) },
)

/** As many workers may be started within a minute as do no harm to this. */
const MAX_KILLS = 3
const QUIET_MS = 60_000

type NotesTable = Table<typeof NOTES>
type Query = () => ReturnType<NotesTable['scan']>

function queriesOf(table: NotesTable): readonly Query[] {
  return [
    () => table.scan(),
    () => table.query({ where: { shelf: 'a' } }),
    () => table.query({ where: { shelf: 'a', id: { between: [2, 7] } }, reverse: true, limit: 3 }),
    () => table.query({ index: 'byColour', where: { colour: 'red' }, limit: 4 }),
    () => table.scan({ filter: expr`attribute_exists(${attribute('body')})`, limit: 5 }),
  ]
}

async function run(table: NotesTable, command: Exclude<Command, { readonly kind: 'kill' }>): Promise<void> {
  switch (command.kind) {
    case 'put':
      await table.put(command.note)
      break
    case 'many':
      await table.putMany(command.notes)
      break
    case 'delete':
      await table.delete({ shelf: command.note.shelf, id: command.note.id })
      break
    case 'mark':
      await table.update({ shelf: command.note.shelf, id: command.note.id }, { set: { colour: 'red' } })
  }
}

/** Waits until all results are what the queries answer; then says which are not. */
async function unequal(
  results: readonly Live<LiveRows<Note>>[],
  queries: readonly Query[],
): Promise<readonly number[]> {
  const deadlineMs = performance.now() + QUIET_MS
  for (;;) {
    const found: number[] = []
    for (const [index, query] of queries.entries()) {
      const expected: Note[] = []
      for await (const row of query()) expected.push(row)
      const { current } = results[index] as Live<LiveRows<Note>>
      const isEqual =
        current !== undefined &&
        !current.isPending &&
        JSON.stringify(current.rows.map(inOrder)) === JSON.stringify(expected.map(inOrder))
      if (!isEqual) found.push(index)
    }
    if (found.length === 0 || performance.now() > deadlineMs) return found
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** As what JSON tells apart: to it all sets are the same. */
function inOrder(note: Note): unknown {
  const members = Object.entries(note).map(([name, value]) => [
    name,
    value instanceof Set ? [...value].toSorted((a, b) => (a < b ? -1 : 1)) : value,
  ])
  return members.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

let databases = 0

describe('live results', () => {
  it('equal their queries run anew after every write and every loss of the worker, and keep what did not change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 1, maxLength: 14 }), async (history) => {
        const name = `live results ${++databases}`
        const { database, workers } = await openMemoryDatabase({ tables: [NOTES], storage: 'indexeddb', name })
        const table = database.table(NOTES)
        const queries = queriesOf(table)
        const results = queries.map((query) => query().live())
        for (const result of results) result.subscribe(() => undefined)
        let kills = 0
        for (const command of history) {
          const before = results.map(({ current }) => current?.rows)
          if (command.kind !== 'kill') await run(table, command)
          else if (kills++ < MAX_KILLS) workers.at(-1)?.raise(new Event('messageerror'))
          expect(await unequal(results, queries)).toEqual([])
          results.forEach(({ current }, index) => expectSameObjects(before[index] ?? [], current?.rows ?? []))
          for (let id = 0; id < 10; id++) {
            const cached = await table.get({ shelf: 'a', id })
            const stored = await table.get({ shelf: 'a', id }, { consistent: true })
            expect(cached).toEqual(stored)
          }
        }
        await database.close()
      }),
      { numRuns: 25 },
    )
  })
})

/** Rows that are equal before and after are the same object. */
function expectSameObjects(before: readonly Note[], after: readonly Note[]): void {
  const known = new Map(before.map((note) => [JSON.stringify(inOrder(note)), note]))
  for (const note of after) {
    const same = known.get(JSON.stringify(inOrder(note)))
    if (same !== undefined) expect(note).toBe(same)
  }
}
