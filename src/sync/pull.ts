// Brings a scope up to the head of its log: entries in their order and without a hole, or all of its items anew where
// the log does not reach back far enough (PROTOCOL.md, "Pull").

import { type Clock, sleep } from '../base/clock.ts'
import { assert } from '../base/assert.ts'
import type { Item } from '../model/attribute-value.ts'
import type { ItemChange, ItemPlace, LogEntry, RemoteTable, ScopeHead } from './remote-table.ts'
import type { LogStretch, Reconciliation, Replica } from './replica.ts'
import type { Attempt, Checkpoint, ReplicaState } from './replication-rows.ts'

/** What a pull works with. */
export interface PullContext {
  readonly replica: Replica
  readonly remote: RemoteTable
  readonly clock: Clock
  readonly signal: AbortSignal
  /** All scopes that are replicated here. */
  readonly scopes: readonly string[]
  /** Hears that a scope is being read anew. */
  readonly onLoad: (scope: string) => void
}

/** Times that a hole at the start is looked at again before an isolated read decides, and the waits between. */
const HOLE_LOOKS = 3
const HOLE_WAIT_MS = 100
/** Pages of a log in one pull, and rounds of a load: what is left is done by the next. */
const MAX_LOG_PAGES = 10_000
/** Rounds in which images that an entry only names are made to fit the log. */
const MAX_FETCH_ROUNDS = 20

/**
 * Pulls a scope to its head.
 *
 * @returns whether anything has changed here
 */
export async function pullScope(context: PullContext, scope: string): Promise<boolean> {
  const { replica, remote, signal } = context
  let hasChanged = false
  for (let page = 0; page < MAX_LOG_PAGES; page++) {
    signal.throwIfAborted()
    const checkpoint = await replica.checkpoint(scope)
    if (checkpoint?.phase !== 'complete') context.onLoad(scope)
    if (checkpoint === undefined || checkpoint.phase === 'loading') {
      await loadScope(context, scope, checkpoint)
      hasChanged = true
      continue
    }
    const head = await remote.readHead(scope)
    if (isLost(checkpoint, head)) {
      await startAnew(context, scope, head)
    } else if (head.sequence === checkpoint.sequence) {
      return hasChanged
    } else if (!(await pullPages(context, checkpoint, head))) {
      await startAnew(context, scope, await remote.readHead(scope))
    }
    hasChanged = true
  }
  return hasChanged
}

/** The log is another one than that which was read so far, or has lost what was read. */
function isLost({ sequence, logId }: Checkpoint, head: ScopeHead): boolean {
  return head.sequence < sequence || (sequence > 0 && head.logId !== logId)
}

/** Reads entries up to the head. Answers false when the next one was cut. */
async function pullPages(context: PullContext, checkpoint: Checkpoint, head: ScopeHead): Promise<boolean> {
  const { remote, clock, signal } = context
  const { scope } = checkpoint
  let after = checkpoint.sequence
  let looks = 0
  while (after < head.sequence) {
    signal.throwIfAborted()
    const entries = await readLog(context, { scope, after })
    if (entries.length === 0) {
      // DynamoDB shows the writes of a transaction one by one: the entry may be landing. Or it was cut.
      if (looks >= HOLE_LOOKS && (await remote.isCut({ scope, sequence: after + 1 }))) return false
      looks++
      await sleep(clock, HOLE_WAIT_MS * looks)
      continue
    }
    looks = 0
    const whole = await withImages(context, scope, entries)
    if (whole === undefined) return false
    if (!(await pullTogether(context, { scope, entries: whole, logId: head.logId }))) return true
    after = lastSequence(whole)
  }
  return true
}

async function readLog(
  { replica, remote }: PullContext,
  request: { readonly scope: string; readonly after: number },
): Promise<readonly LogEntry[]> {
  const { entries } = await remote.readLog(request)
  return replica.credible(request.scope, entries)
}

interface Twin {
  readonly scope: string
  readonly sequence: number
  readonly checkpoint: Checkpoint
}

/** Entries of the same push in scopes that are complete here, and have not come so far. */
async function openTwins({ replica, scopes }: PullContext, { twins }: LogEntry): Promise<readonly Twin[]> {
  const open: Twin[] = []
  for (const [scope, sequence] of Object.entries(twins)) {
    if (!scopes.includes(scope)) continue
    const checkpoint = await replica.checkpoint(scope)
    if (checkpoint?.phase === 'complete' && checkpoint.sequence < sequence) open.push({ scope, sequence, checkpoint })
  }
  return open
}

/**
 * Takes over entries together with those of the same pushes in other scopes, and all that is before these, as one: a
 * transaction over scopes is never seen half done. Answers false when the logs did not allow it now.
 */
async function pullTogether(context: PullContext, first: LogStretch): Promise<boolean> {
  const { replica, remote, signal } = context
  const stretches = new Map<string, LogStretch>([[first.scope, first]])
  // Where logs end that were lost since, and begun anew: they will never hold the entries of these pushes.
  const ends = new Map<string, number>()
  const open = [...first.entries]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    for (const { scope, sequence, checkpoint } of await openTwins(context, entry)) {
      signal.throwIfAborted()
      const known = stretches.get(scope)?.entries ?? []
      const after = known.at(-1)?.sequence ?? checkpoint.sequence
      if (after >= sequence || after === ends.get(scope)) continue
      const entries = await readLog(context, { scope, after })
      if (entries.length === 0) {
        if ((await lookAtHole(context, checkpoint, after + 1)) === 'waits') return false
        ends.set(scope, after)
        continue
      }
      // No more than is asked for: what is behind it may belong to more of the other logs, and so on to their ends.
      const needed = entries.filter((each) => each.sequence <= sequence)
      const whole = await withImages(context, scope, needed)
      if (whole === undefined) {
        await startAnew(context, scope, await remote.readHead(scope))
        return false
      }
      const { logId } = checkpoint.sequence === 0 ? await remote.readHead(scope) : checkpoint
      stretches.set(scope, { scope, logId, entries: [...known, ...whole] })
      open.push(...whole)
      // What one answer did not hold is read when its turn comes.
      if (lastSequence(whole) < sequence) open.push(entry)
    }
  }
  return replica.applyEntries([...stretches.values()])
}

/**
 * What is missing may be landing; if it was cut, or its log was lost, its scope begins anew, and nobody waits for it any more.
 * The isolated read has seen all of the push whose entry in another log is there: a head that has not come so far after it is
 * one of another log.
 */
async function lookAtHole(
  context: PullContext,
  checkpoint: Checkpoint,
  sequence: number,
): Promise<'waits' | 'is of a lost log'> {
  const { remote, clock } = context
  const { scope } = checkpoint
  await sleep(clock, HOLE_WAIT_MS)
  const isCut = await remote.isCut({ scope, sequence })
  const head = await remote.readHead(scope)
  if (isCut || isLost(checkpoint, head)) {
    await startAnew(context, scope, head)
    return 'waits'
  }
  return head.sequence < sequence ? 'is of a lost log' : 'waits'
}

/**
 * Fetches the items that entries only name. What is fetched may be newer than the entry: then the entries up to there
 * belong to it, so that the items are never seen half of one state and half of another. Undefined when one of them was cut.
 */
async function withImages(
  context: PullContext,
  scope: string,
  first: readonly LogEntry[],
): Promise<readonly LogEntry[] | undefined> {
  const { remote, replica, clock, signal } = context
  let entries = first
  let looks = 0
  for (let round = 0; round < MAX_FETCH_ROUNDS; round++) {
    signal.throwIfAborted()
    const named = namedOnly(entries)
    // Who shares the log may have tables that this app has not.
    for (const [name, { change }] of named) if (!replica.knows(change.table)) named.delete(name)
    if (named.size === 0) return filled(replica, entries, new Map())
    const places = [...named.values()].map(({ change }): ItemPlace => ({ table: change.table, key: change.key }))
    const fetched = await remote.fetchItems(places)
    const images = new Map(
      [...named].map(([name, { change }], index) => [name, inScope(replica, scope, { change, image: fetched[index] })]),
    )
    const newest = Math.max(...[...images].map(([name, image]) => versionIn(replica, named, name, image)))
    if (newest <= lastSequence(entries) || round === MAX_FETCH_ROUNDS - 1) return filled(replica, entries, images)
    const after = lastSequence(entries)
    const more = await readLog(context, { scope, after })
    entries = [...entries, ...more]
    if (more.length > 0) continue
    // What made it so may be landing, or was cut; or it does not know the log.
    if (looks > HOLE_LOOKS) return filled(replica, entries, images)
    if (looks < HOLE_LOOKS) await sleep(clock, HOLE_WAIT_MS * (looks + 1))
    else if (await remote.isCut({ scope, sequence: after + 1 })) return undefined
    looks++
  }
  return entries
}

/** What others have moved is not in this scope any more: an entry that is still to be read, or to be written, tells it. */
function inScope(
  replica: Replica,
  scope: string,
  { change, image }: { readonly change: ItemChange; readonly image: Item | undefined },
): Item | undefined {
  return image !== undefined && replica.isIn(scope, change.table, image) ? image : undefined
}

interface NamedChange {
  readonly change: ItemChange
  readonly sequence: number
}

/** Items whose last change has no image. */
function namedOnly(entries: readonly LogEntry[]): Map<string, NamedChange> {
  const last = new Map<string, NamedChange>()
  for (const { sequence, changes } of entries) {
    for (const change of changes) last.set(placeName(change), { change, sequence })
  }
  for (const [name, { change }] of last) if (change.image !== 'unknown') last.delete(name)
  return last
}

/** What is gone was deleted by an entry that is still to be read. */
function versionIn(
  replica: Replica,
  named: ReadonlyMap<string, NamedChange>,
  name: string,
  image: Item | undefined,
): number {
  const change = named.get(name)
  assert(change !== undefined, 'Only what was named is fetched.')
  return image === undefined ? Infinity : (replica.versionOf(change.change.table, image) ?? change.sequence)
}

/**
 * Entries with the images that were fetched; earlier ones without an image are overtaken, and left out. When an image was
 * written that is newer than its entry, nobody knows.
 */
function filled(
  replica: Replica,
  entries: readonly LogEntry[],
  images: ReadonlyMap<string, Item | undefined>,
): LogEntry[] {
  return entries.map((entry) => ({
    ...entry,
    changes: entry.changes.flatMap((change): ItemChange[] => {
      if (change.image !== 'unknown' || !replica.knows(change.table)) return [change]
      const name = placeName(change)
      if (!images.has(name)) return []
      const image = images.get(name)
      const isAsWritten = image !== undefined && replica.versionOf(change.table, image) === entry.sequence
      const clock = isAsWritten ? change.clock : Infinity
      return [{ ...change, image: image ?? 'deleted', clock, isFetched: true }]
    }),
  }))
}

/** A step of paging through a scope's items; with it the load may be over. */
async function loadScope(context: PullContext, scope: string, checkpoint: Checkpoint | undefined): Promise<void> {
  const { replica, remote } = context
  if (checkpoint === undefined) {
    await startAnew(context, scope, await remote.readHead(scope))
    return
  }
  const [table] = checkpoint.load?.tables ?? []
  if (table === undefined) {
    await replica.endLoad(await remote.readHead(scope), checkpoint)
    return
  }
  const from = checkpoint.load?.from
  const page = await remote.readItems({ table, scope, from })
  await replica.applyPage({ scope, table, ...page }, checkpoint)
}

/**
 * The log does not reach back to what was read, or nothing was read yet: all items are read. Entries up to the head are not
 * looked at, so the client's row, read after the head, has to tell what became of own pushes.
 */
async function startAnew({ replica, remote, onLoad }: PullContext, scope: string, head: ScopeHead): Promise<void> {
  onLoad(scope)
  const state = await replica.state()
  assert(state !== undefined, 'A database is a client of the remote before it pulls.')
  const row = await remote.readClient(state.clientId)
  await replica.reconcile((attempts, { lastMutation, unseenMutation }): Reconciliation => {
    const isSeen = unseenMutation === 0
    const applied = row && attempts.find(({ pushId }) => pushId === row.pushId)
    if (applied !== undefined && isSeen) return { applied, lost: attempts, lastMutation: applied.lastMutation }
    const lost = attempts.filter(({ heads }) => heads[scope] !== undefined)
    if ((row?.lastMutation ?? 0) === lastMutation && isSeen) return { lost, lastMutation }
    const unknown = { ...(applied && { applied }), lost: attempts, unknownBefore: row?.clock ?? 0 }
    // The same client goes on: a copy of this database tells by the row that somebody has pushed what both had pending.
    return row === undefined ? unknown : { ...unknown, lastMutation: row.lastMutation }
  })
  await replica.beginLoad(scope, head)
}

/** Sees to it that this client knows what its row holds, when all logs have been read. */
export async function reconcileClient({ replica, remote }: PullContext): Promise<void> {
  const state = await replica.state()
  assert(state !== undefined, 'A database is a client of the remote before it pushes.')
  const row = await remote.readClient(state.clientId)
  await replica.reconcile((attempts: readonly Attempt[], now: ReplicaState): Reconciliation => {
    // Its own pushes were found in the logs meanwhile.
    if (now.clientId !== state.clientId || (row?.lastMutation ?? 0) === now.lastMutation) {
      return { lost: [], lastMutation: now.lastMutation }
    }
    const applied = row && attempts.find(({ pushId }) => pushId === row.pushId)
    if (applied !== undefined) return { applied, lost: attempts, lastMutation: applied.lastMutation }
    // What it had sent was read from the logs, or never arrived and never will: its mutation has passed. A row that is
    // gone is not to be filled anew under the same name.
    return row === undefined ? { lost: attempts } : { lost: attempts, lastMutation: row.lastMutation }
  })
}

function lastSequence(entries: readonly LogEntry[]): number {
  const last = entries.at(-1)
  assert(last !== undefined, 'A stretch of the log has entries.')
  return last.sequence
}

function placeName({ table, key }: ItemPlace): string {
  return JSON.stringify([table, Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1))])
}
