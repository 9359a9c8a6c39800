// Random writes, changes of time to live, moments of waiting and restarts against a plain map: what expired is gone, nothing
// else is, and the expiry index holds exactly what it should.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../src/model/attribute-value.ts'
import { EXPIRED_TOO_LONG_AGO_SECONDS, TIME_TO_LIVE_CHANGE_INTERVAL_MS } from '../../src/model/limits.ts'
import type { ScanOutput } from '../../src/model/operations.ts'
import type { OrderedStore } from '../../src/storage/contract.ts'
import { createMemoryStore } from '../../src/storage/memory-store.ts'
import { createSlowStore } from '../support/slow-store.ts'
import { backgroundStep, type EngineFixture, engineFixture, finishBackground } from '../support/engine-fixture.ts'

const TABLE = 'items'
/** Late enough for items to have expired more than five years ago. */
const START_MS = 2 * EXPIRED_TOO_LONG_AGO_SECONDS * 1000
const SPACE_OF_EXPIRY = { start: '\u0003', end: '\u0004' }
/** A step of a store that has to be waited for takes more turns than one of a store that answers at once. */
const TURNS = 20

type Attribute = 'a' | 'b'

type Command =
  | Write
  | { readonly kind: 'enable' | 'disable'; readonly attribute: Attribute }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'step' | 'settle' | 'reopen' }

type Write =
  | { readonly kind: 'put'; readonly id: number; readonly inSeconds: Readonly<Partial<Record<Attribute, number>>> }
  | { readonly kind: 'set'; readonly id: number; readonly attribute: Attribute; readonly inSeconds: number }
  | { readonly kind: 'remove'; readonly id: number; readonly attribute: Attribute }
  | { readonly kind: 'delete'; readonly id: number }

const ids = fc.integer({ min: 0, max: 30 })
const attributes = fc.constantFrom<Attribute>('a', 'b')
const moments = fc.constantFrom(
  -EXPIRED_TOO_LONG_AGO_SECONDS - 100,
  -EXPIRED_TOO_LONG_AGO_SECONDS + 100_000,
  -5,
  0,
  0.5,
  1,
  30,
  3600,
  1e12,
)
const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('put'),
      id: ids,
      inSeconds: fc.record({ a: moments, b: moments }, { requiredKeys: [] }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set'), id: ids, attribute: attributes, inSeconds: moments }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove'), id: ids, attribute: attributes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), id: ids }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('enable', 'disable'), attribute: attributes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait'),
      ms: fc.constantFrom(1, 500, 1000, 60_000, TIME_TO_LIVE_CHANGE_INTERVAL_MS),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('step', 'settle', 'reopen') }) },
)

type PlainItem = Readonly<Partial<Record<Attribute, number>>>

/** The table as it should be: items whose expiry has come may be there still until somebody has swept. */
class Model {
  readonly items = new Map<string, PlainItem>()
  attribute: Attribute | undefined
  changedAtMs = -Infinity

  isExpired(item: PlainItem, nowMs: number): boolean {
    const value = this.attribute === undefined ? undefined : item[this.attribute]
    if (value === undefined) return false
    const ageSeconds = Math.floor(nowMs / 1000) - Math.ceil(value)
    return ageSeconds >= 0 && ageSeconds <= EXPIRED_TOO_LONG_AGO_SECONDS
  }

  /** How many rows the expiry index has. */
  indexed(): number {
    const { attribute } = this
    if (attribute === undefined) return 0
    return [...this.items.values()].filter((item) => (item[attribute] ?? Infinity) < 2 ** 40).length
  }

  /** What UpdateTimeToLive answers. */
  change(kind: 'enable' | 'disable', attribute: Attribute, nowMs: number): string {
    if (this.attribute !== undefined && this.attribute !== attribute) {
      return `TimeToLive is active on a different AttributeName: current AttributeName is ${this.attribute}`
    }
    if (kind === 'enable' && this.attribute !== undefined) return 'TimeToLive is already enabled'
    if (kind === 'disable' && this.attribute === undefined) return 'TimeToLive is already disabled'
    if (nowMs - this.changedAtMs < TIME_TO_LIVE_CHANGE_INTERVAL_MS) {
      return 'Time to live has been modified multiple times within a fixed interval'
    }
    this.attribute = kind === 'enable' ? attribute : undefined
    this.changedAtMs = nowMs
    return 'done'
  }
}

async function send({ engine }: EngineFixture, operation: string, input: object): Promise<string> {
  try {
    await engine.dispatch(operation, { TableName: TABLE, ...input })
    return 'done'
  } catch (error) {
    return (error as Error).message
  }
}

/** The items that are there. */
async function stored({ engine }: EngineFixture): Promise<ReadonlyMap<string, PlainItem>> {
  const { Items = [] } = (await engine.dispatch('Scan', { TableName: TABLE })) as ScanOutput
  return new Map(Items.map((item) => [textOf(item, 'id'), plainItem(item)]))
}

function textOf(item: Item, name: string): string {
  const value = item[name]
  return value === undefined ? '' : String(Object.values(value)[0])
}

function plainItem(item: Item): PlainItem {
  return {
    ...(item['a'] !== undefined && { a: Number(textOf(item, 'a')) }),
    ...(item['b'] !== undefined && { b: Number(textOf(item, 'b')) }),
  }
}

/** Lets duties end, and a second pass after that. */
async function settle(fixture: EngineFixture): Promise<void> {
  for (const ms of [0, 1000]) {
    fixture.clock.advance(ms)
    for (let turn = 0; turn < TURNS; turn++) await backgroundStep(fixture)
    await finishBackground(fixture)
  }
}

/** Forgets what has expired and is gone; what is gone must have expired. */
function reconcile(model: Model, there: ReadonlyMap<string, PlainItem>, nowMs: number): void {
  for (const [id, item] of model.items) {
    if (!there.has(id) && model.isExpired(item, nowMs)) model.items.delete(id)
  }
  expect(there).toEqual(model.items)
}

async function expiryRows(store: OrderedStore): Promise<number> {
  const snapshot = store.snapshot()
  const cursor = snapshot.scan(SPACE_OF_EXPIRY)
  let count = 0
  while (await cursor.advance()) count++
  snapshot.close()
  return count
}

async function write(fixture: EngineFixture, model: Model, command: Write): Promise<void> {
  const id = String(command.id)
  const Key = { id: { S: id } }
  const at = (inSeconds: number): number => fixture.clock.now() / 1000 + inSeconds
  reconcile(model, await stored(fixture), fixture.clock.now())
  const before = model.items.get(id) ?? {}
  switch (command.kind) {
    case 'put': {
      const item = Object.fromEntries(Object.entries(command.inSeconds).map(([name, seconds]) => [name, at(seconds)]))
      const Item = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, { N: String(value) }]))
      await send(fixture, 'PutItem', { Item: { ...Key, ...Item } })
      model.items.set(id, item)
      return
    }
    case 'set': {
      const value = at(command.inSeconds)
      const values = { ':v': { N: String(value) } }
      const UpdateExpression = `SET ${command.attribute} = :v`
      await send(fixture, 'UpdateItem', { Key, UpdateExpression, ExpressionAttributeValues: values })
      model.items.set(id, { ...before, [command.attribute]: value })
      return
    }
    case 'remove': {
      await send(fixture, 'UpdateItem', { Key, UpdateExpression: `REMOVE ${command.attribute}` })
      const { [command.attribute]: _, ...rest } = before
      model.items.set(id, rest)
      return
    }
    case 'delete':
      await send(fixture, 'DeleteItem', { Key })
      model.items.delete(id)
  }
}

async function run(store: OrderedStore, list: readonly Command[]): Promise<void> {
  let fixture = engineFixture(store)
  fixture.clock.advance(START_MS)
  await fixture.engine.dispatch('CreateTable', {
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  })
  const model = new Model()
  for (const command of [...list, { kind: 'settle' } as const]) {
    switch (command.kind) {
      case 'enable':
      case 'disable': {
        const nowMs = fixture.clock.now()
        reconcile(model, await stored(fixture), nowMs)
        const TimeToLiveSpecification = { Enabled: command.kind === 'enable', AttributeName: command.attribute }
        const answer = await send(fixture, 'UpdateTimeToLive', { TimeToLiveSpecification })
        expect(answer).toBe(model.change(command.kind, command.attribute, nowMs))
        break
      }
      case 'wait':
        fixture.clock.advance(command.ms)
        break
      case 'step':
        await backgroundStep(fixture)
        break
      case 'reopen': {
        const nowMs = fixture.clock.now()
        // The store outlives its engine here: what runs in the old one ends as a tab does that is frozen.
        fixture = engineFixture(store)
        fixture.clock.advance(nowMs)
        // Its first step ends before the next write is decided on.
        await backgroundStep(fixture)
        break
      }
      case 'settle': {
        await settle(fixture)
        const nowMs = fixture.clock.now()
        for (const [id, item] of model.items) if (model.isExpired(item, nowMs)) model.items.delete(id)
        expect(await stored(fixture)).toEqual(model.items)
        expect(await expiryRows(store)).toBe(model.indexed())
        break
      }
      default:
        await write(fixture, model, command)
    }
  }
}

describe.each([
  ['answers at once', createMemoryStore, 300],
  ['has to be waited for', createSlowStore, 100],
] as const)('time to live over a store that %s', (_, createStore, numRuns) => {
  it('deletes what has expired and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { maxLength: 40 }), (list) => run(createStore(), list)),
      { numRuns },
    )
  })
})
