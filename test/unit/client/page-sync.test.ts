// What a page tells a worker that takes the place of one that was lost. The worker is a list of what it was asked.

import { describe, expect, it } from 'vitest'
import { prepareSync } from '../../../src/client/page-sync.ts'
import type { Session } from '../../../src/rpc/session.ts'
import type { SyncCall, SyncStatus } from '../../../src/rpc/sync-protocol.ts'

function statusOf(state: SyncStatus['state']): SyncStatus {
  return {
    state,
    replicatesHere: true,
    isComplete: true,
    pending: { count: 0, bytes: 0 },
    parkedCount: 0,
    conflictCount: 0,
    cost: { sinceMs: 0, tables: {}, isEstimate: true },
  }
}

/** What the second worker is asked, after the first has told these states. */
async function askedAnew(isPaused: boolean, states: readonly SyncStatus['state'][]): Promise<readonly string[]> {
  const asked: string[] = []
  let isAnswered = (): void => undefined
  const answered = new Promise<void>((resolve) => (isAnswered = resolve))
  const session = {
    async call(form: () => { readonly form: { readonly input: SyncCall<'begin'> } }) {
      const { command } = form().form.input
      asked.push(command)
      if (asked.length > 2) isAnswered()
      return command === 'begin' ? statusOf(isPaused ? 'paused' : 'starting') : undefined
    },
  } as unknown as Session
  const { begin, page } = prepareSync('notes', {
    remote: { gateway: { url: 'https://gateway.test/sync' } },
    tables: { notes: { scope: { kind: 'partition' } } },
    scopes: ['home'],
    isPaused,
  })
  await begin(session, new Set())
  for (const state of states) await page('status', statusOf(state))
  session.onRestarted?.()
  await answered
  return asked.slice(1)
}

describe('a worker that takes the place of another', () => {
  it.each([
    ['resumed since', true, ['idle'], 'resume'],
    ['paused still', true, [], 'pause'],
    ['paused since', false, ['idle', 'paused'], 'pause'],
    ['paused, and asked to replicate once', false, ['paused', 'syncing'], 'pause'],
    ['never paused', false, ['syncing'], 'resume'],
  ] as const)('goes on with what was %s', async (_what, isPaused, states, command) => {
    expect(await askedAnew(isPaused, states)).toEqual(['begin', command])
  })
})
