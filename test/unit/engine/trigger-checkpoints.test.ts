// How far triggers came, and which of their runs may say so.

import { describe, expect, it } from 'vitest'
import { encodeText } from '../../../src/base/utf8.ts'
import { triggerCheckpointKey } from '../../../src/engine/keyspace.ts'
import { claimCheckpoint, holdsCheckpoint, saveCheckpoint } from '../../../src/engine/trigger-checkpoints.ts'
import { createMemoryStore } from '../../../src/storage/memory-store.ts'

const TRIGGER = { tableName: 'items', triggerName: 'log' }
const [FIRST, SECOND] = ['first', 'second'].map((term) => ({ ...TRIGGER, term })) as [Term, Term]

interface Term {
  readonly tableName: string
  readonly triggerName: string
  readonly term: string
}

describe('the checkpoint of a trigger', () => {
  it('is what the newest term has stored', async () => {
    const store = createMemoryStore()
    expect(await claimCheckpoint(store, FIRST)).toBeUndefined()
    expect(await saveCheckpoint(store, { ...FIRST, position: 'a/1' })).toBe(true)
    expect(await claimCheckpoint(store, SECOND)).toBe('a/1')
    expect(await saveCheckpoint(store, { ...FIRST, position: 'a/2' })).toBe(false)
    expect(await Promise.all([FIRST, SECOND].map((term) => holdsCheckpoint(store, term)))).toEqual([false, true])
    expect(await saveCheckpoint(store, { ...SECOND, position: 'a/3' })).toBe(true)
    expect(await claimCheckpoint(store, FIRST)).toBe('a/3')
  })

  it('only moves on', async () => {
    const store = createMemoryStore()
    await claimCheckpoint(store, FIRST)
    for (const position of ['b', 'b/2', 'b/1', 'a/9']) await saveCheckpoint(store, { ...FIRST, position })
    expect(await claimCheckpoint(store, FIRST)).toBe('b/2')
  })

  it('is found where it was stored without a term, as it was before there were any', async () => {
    const store = createMemoryStore()
    const { tableName, triggerName } = TRIGGER
    const key = triggerCheckpointKey(tableName, triggerName)
    await store.write((transaction) => transaction.put(key, encodeText('a/1')))
    expect(await holdsCheckpoint(store, FIRST)).toBe(false)
    expect(await claimCheckpoint(store, FIRST)).toBe('a/1')
  })
})
