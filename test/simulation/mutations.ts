// Mistakes that replication must not have, each as a change of one place of the sources: what the simulation does not find,
// it does not look for. Left out is what heals by itself (a tab that puts a checkpoint back has the log read once more), and
// what takes more seeds than anybody runs: that an image is fetched just before its entry has landed is for a unit test.

/** One mistake. */
export interface Mutation {
  readonly name: string
  readonly file: string
  /** Occurs once in the file. */
  readonly original: string
  readonly mistake: string
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a push overwrites an item that somebody wrote who does not know the log',
    file: 'src/sync/dynamo-remote.ts',
    original: `ConditionExpression: '#v = :v',`,
    mistake: `ConditionExpression: '#v = :v OR attribute_not_exists(#v)',`,
  },
  {
    name: 'a push makes an item anew that is there',
    file: 'src/sync/dynamo-remote.ts',
    original: `    case 'absent':
      return {
        ConditionExpression: 'attribute_not_exists(#p)',`,
    mistake: `    case 'absent':
      return {
        ConditionExpression: 'attribute_not_exists(#p) OR attribute_exists(#p)',`,
  },
  {
    name: 'a push does not look at the row of its client',
    file: 'src/sync/dynamo-remote.ts',
    original: `ConditionExpression: '#m = :m',`,
    mistake: `ConditionExpression: '#m >= :m',`,
  },
  {
    name: 'what a log names as done is done again',
    file: 'src/sync/replica.ts',
    original: 'const matched = await session.match(entry.intents)',
    mistake: 'const matched = await session.match([])',
  },
  {
    name: 'an intent is known by its place alone',
    file: 'src/sync/replica-session.ts',
    original: 'if (found?.tag !== id.tag) continue',
    mistake: 'if (found === undefined) continue',
  },
  {
    name: 'entries of one push in two logs are taken over one by one',
    file: 'src/sync/pull.ts',
    original: 'of await openTwins(context, entry)) {',
    mistake: 'of (await openTwins(context, entry)).slice(0, 0)) {',
  },
  {
    name: 'a pull passes a hole of the log',
    file: 'src/sync/dynamo-remote.ts',
    original: 'if (entry.sequence !== after + entries.length + 1) break',
    mistake: 'if (entries.length === 0 && entry.sequence !== after + 1) break',
  },
  {
    name: 'what is written while a scope is being read is passed',
    file: 'src/sync/replica.ts',
    original: 'writeCheckpoint(transaction, { ...rest, phase, overlapEnd: head.sequence })',
    mistake: "writeCheckpoint(transaction, { ...rest, ...head, phase: 'complete' })",
  },
  {
    name: 'a resync leaves what the remote has no more',
    file: 'src/sync/replica.ts',
    original: 'if (expected.load?.isResync === true) await this.#sweep(expected)',
    mistake: '',
  },
  {
    name: 'a tab ends the reading of a scope that another has begun',
    file: 'src/sync/replica.ts',
    original: 'return JSON.stringify(one) === JSON.stringify(other)',
    mistake: 'return one.phase === other.phase',
  },
  {
    name: 'half of a transaction is pushed',
    file: 'src/sync/plan-push.ts',
    original: `    for (const effect of effects) {
      const { action, scope } = effect`,
    mistake: `    for (const effect of effects.slice(0, 1)) {
      const { action, scope } = effect`,
  },
  {
    name: 'half of a transaction is done again',
    file: 'src/sync/rebase.ts',
    original: 'this.#new.set(step.action.key, images[index])',
    mistake: 'if (index === 0) this.#new.set(step.action.key, images[index])',
  },
  {
    name: 'a write that has to wait is overtaken by those behind it',
    file: 'src/sync/plan-push.ts',
    original: 'for (const { key } of intent.actions) this.#held.add(key)',
    mistake: '',
  },
  {
    name: 'writes do not wait for a parked one before them',
    file: 'src/sync/plan-push.ts',
    original: ' || order < (this.#situation.blocked.get(key) ?? 0))',
    mistake: ')',
  },
  {
    name: 'what is parked is forgotten',
    file: 'src/sync/replica-session.ts',
    original: 'for (const { intent, cause } of result.parked) this.#putAside(intent, cause)',
    mistake: '',
  },
  {
    name: 'a lost conflict is not recorded',
    file: 'src/sync/replica-session.ts',
    original: 'for (const conflict of result.conflicts) this.#record(conflict)',
    mistake: '',
  },
  {
    name: 'what may be in effect is pushed again',
    file: 'src/sync/pull.ts',
    original: 'unknownBefore: row?.clock ?? 0 }',
    mistake: '}',
  },
  {
    name: 'a row of its client is believed although pushes were not seen',
    file: 'src/sync/pull.ts',
    original: 'const isSeen = unseenMutation === 0',
    mistake: 'const isSeen = unseenMutation >= 0',
  },
  {
    name: 'a base that others changed is not done again upon',
    file: 'src/sync/replica-session.ts',
    original: 'else changed.set(rowKey, remote)',
    mistake: '',
  },
  {
    name: 'what was written after a push is based on what was before it',
    file: 'src/sync/replica-session.ts',
    original: 'if (changed.has(rowKey)) pending.base = image',
    mistake: 'if (changed.has(rowKey)) pending.isBaseChanged = true',
  },
  {
    name: 'conditions of later writes are checked without what a push has made in another scope',
    file: 'src/sync/replica-session.ts',
    original: 'else await this.#foresee(pending, image, sequences)',
    mistake: '',
  },
  {
    name: 'images that are fetched may be newer than the log that was read',
    file: 'src/sync/pull.ts',
    original: 'if (newest <= lastSequence(entries) || round',
    mistake: 'if (newest >= 0 || round',
  },
  {
    name: 'what was read on to fit fetched images is cut again',
    file: 'src/sync/pull.ts',
    original: 'pullTogether(context, { scope, entries: whole, logId: head.logId })',
    mistake: 'pullTogether(context, { scope, entries: whole.slice(0, entries.length), logId: head.logId })',
  },
  {
    name: 'foreign updates that leave the version are not stamped',
    file: 'src/sync/foreign-writes.ts',
    original:
      'return version === undefined || version === textOf(OldImage && ownAttribute(OldImage, versionAttribute))',
    mistake: 'return version === undefined',
  },
  {
    name: 'foreign deletions are not stamped',
    file: 'src/sync/foreign-writes.ts',
    original: 'if (NewImage === undefined) return true',
    mistake: 'if (NewImage === undefined) return false',
  },
  {
    name: 'a version alone tells that a foreign write is in the log',
    file: 'src/sync/foreign-writes.ts',
    original: 'return isSame(change.image, withoutVersion(current, facts.versionAttribute))',
    mistake: 'return true',
  },
  {
    name: 'a stamp does not look whether the item is still the same',
    file: 'src/sync/foreign-writes.ts',
    original: `(version === undefined ? 'attribute_not_exists(#v)' : '#v = :version')`,
    mistake: `(version === undefined ? 'attribute_exists(#p)' : '(#v = :version OR attribute_exists(#p))')`,
  },
  {
    name: 'a scope is not told that an item has left it for another',
    file: 'src/sync/foreign-writes.ts',
    original: 'if (before !== undefined && before !== after && before !== now) {',
    mistake: 'if (before !== undefined && before !== after && now === undefined) {',
  },
  {
    name: 'an item that has left one scope is gone from the other',
    file: 'src/sync/hidden-images.ts',
    original: 'if (image === undefined) return isTracked ? undefined : { ...remote, image }',
    mistake: 'if (image === undefined) return { ...remote, image }',
  },
  {
    name: 'a push takes the version of another log for one of its own',
    file: 'src/sync/dynamo-remote.ts',
    original: "if (facts.scope.kind !== 'attribute' || expected === 'absent') return condition",
    mistake: "if (facts.scope.kind !== 'attribute' || expected !== undefined) return condition",
  },
  {
    name: 'a batch of stream records goes on behind one that failed',
    file: 'src/server/stream-stamper.ts',
    original: 'return { batchItemFailures: [{ itemIdentifier }] }',
    mistake: 'continue',
  },
  {
    name: 'a gateway does not tell a client of its own intents',
    file: 'src/server/gateway-handler.ts',
    original: 'intents: isOwn ? entry.intents : [],',
    mistake: 'intents: [],',
  },
  {
    name: 'a gateway tells nobody which entries belong together',
    file: 'src/server/gateway-handler.ts',
    original:
      'twins: Object.fromEntries(Object.entries(entry.twins).filter(([scope]) => allows(this.#access.read, scope))),',
    mistake: 'twins: {},',
  },
]
