// Somebody who writes the remote's tables and knows nothing of the log. What hangs together by transactions is left alone:
// streams tell it item by item, so that nobody could see it as one.

import type { Item } from '../../src/model/attribute-value.ts'
import type { ItemPlace } from '../../src/sync/remote-table.ts'
import type { Dice } from './dice.ts'
import { placeOf } from './ledger.ts'
import { EXPIRES, FLEETING, NOTES_TABLE, OWNED_TABLE, PARTITIONS, SHARED_TABLE, VERSION, type World } from './world.ts'

/** One write of somebody who does not know the log. */
export interface ForeignWrite {
  readonly name: string
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem'
  readonly input: { readonly TableName: string } & Readonly<Record<string, unknown>>
  readonly key: Item
  /** Its name is in the item for ever, unless a push has wiped it out that could not know of it. */
  readonly isAdded: boolean
}

const MAKERS: readonly ((dice: Dice, name: string) => ForeignWrite)[] = [
  put,
  put,
  set,
  set,
  remove,
  count,
  count,
  tag,
  append,
  own,
  move,
  move,
  abandon,
  disown,
  expiring,
]

/** Of writes, until one is to the item that is asked for. */
const MAX_DRAWS = 60

/** Draws the next foreign write. */
export function drawForeignWrite(dice: Dice, name: string): ForeignWrite {
  return dice.pick(MAKERS)(dice, name)
}

/** Draws one to this item; undefined when none comes up. */
export function drawForeignWriteTo(dice: Dice, name: string, { table, key }: ItemPlace): ForeignWrite | undefined {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const write = drawForeignWrite(dice, name)
    if (placeOf(write.input.TableName, write.key) === placeOf(table, key)) return write
  }
  return undefined
}

/** Writes it, past the log. */
export async function writeForeign(world: World, { name, operation, input, key }: ForeignWrite): Promise<void> {
  const { TableName } = input
  const before = await world.read(TableName, key)
  await world.engine.dispatch(operation, input)
  world.ledger.noteForeign({ name, place: placeOf(TableName, key), before, after: await world.read(TableName, key) })
}

function put(dice: Dice, name: string): ForeignWrite {
  const [TableName, key] = anyPlace(dice)
  return blind('PutItem', key, { name, input: { TableName, Item: { ...key, op: { S: name } } } })
}

function set(dice: Dice, name: string): ForeignWrite {
  const [TableName, key] = anyPlace(dice)
  const update = updateOf(dice, 'SET #a = :op', { ':op': { S: name } }, { '#a': dice.pick(['op', 'a', 'b', 'c']) })
  return blind('UpdateItem', key, { name, input: { TableName, Key: key, ...update } })
}

function remove(dice: Dice, name: string): ForeignWrite {
  const [TableName, key] = anyPlace(dice)
  return blind('DeleteItem', key, { name, input: { TableName, Key: key } })
}

function count(dice: Dice, name: string): ForeignWrite {
  const key = keyOf(dice.pick(PARTITIONS), 'count')
  const values = { ':n': { N: String(dice.between(1, 9)) }, ':op': { SS: [name] } }
  const update = updateOf(dice, 'ADD n :n, ops :op SET #amount = :n', values, { '#amount': `amount-${name}` })
  return added(key, { name, input: { TableName: NOTES_TABLE, Key: key, ...update } })
}

function tag(dice: Dice, name: string): ForeignWrite {
  const key = keyOf(dice.pick(PARTITIONS), 'tags')
  const update = updateOf(dice, 'ADD ops :op', { ':op': { SS: [name] } })
  return added(key, { name, input: { TableName: NOTES_TABLE, Key: key, ...update } })
}

function append(dice: Dice, name: string): ForeignWrite {
  const key = keyOf('lists', 'list')
  const values = { ':op': { L: [{ S: name }] }, ':none': { L: [] } }
  const update = updateOf(dice, 'SET l = list_append(if_not_exists(l, :none), :op)', values)
  return added(key, { name, input: { TableName: SHARED_TABLE, Key: key, ...update } })
}

function own(dice: Dice, name: string): ForeignWrite {
  const key = ownedKey(dice)
  const Item = { ...key, op: { S: name }, owner: { S: dice.pick(PARTITIONS) } }
  return blind('PutItem', key, { name, input: { TableName: OWNED_TABLE, Item } })
}

/** Gives an item to another owner, whatever else is in it. */
function move(dice: Dice, name: string): ForeignWrite {
  const key = ownedKey(dice)
  const isSilent = dice.chance(0.5)
  const values = { ':owner': { S: dice.pick(PARTITIONS) }, ...(!isSilent && { ':op': { S: name } }) }
  const update = updateOf(dice, `SET #owner = :owner${isSilent ? '' : ', op = :op'}`, values, { '#owner': 'owner' })
  return blind('UpdateItem', key, { name, input: { TableName: OWNED_TABLE, Key: key, ...update } })
}

/** Leaves an item in no scope at all. */
function abandon(dice: Dice, name: string): ForeignWrite {
  const key = ownedKey(dice)
  const update = updateOf(dice, 'SET op = :op REMOVE #owner', { ':op': { S: name } }, { '#owner': 'owner' })
  return blind('UpdateItem', key, { name, input: { TableName: OWNED_TABLE, Key: key, ...update } })
}

function disown(dice: Dice, name: string): ForeignWrite {
  const key = ownedKey(dice)
  return blind('DeleteItem', key, { name, input: { TableName: OWNED_TABLE, Key: key } })
}

/** Has an item live for longer, or makes one that does not live for long. */
function expiring(dice: Dice, name: string): ForeignWrite {
  const key = keyOf(dice.pick(PARTITIONS), `${FLEETING}${dice.below(3)}`)
  const update = updateOf(
    dice,
    'SET #e = :e, op = :op',
    { ':e': dice.pick(EXPIRES), ':op': { S: name } },
    { '#e': 'expires' },
  )
  return blind('UpdateItem', key, { name, input: { TableName: NOTES_TABLE, Key: key, ...update } })
}

/** Some take the version away, which tells everybody at once that the item was written; most do not know of it. */
function updateOf(dice: Dice, expression: string, values: object, names: object = {}): object {
  const isPolite = dice.chance(0.4)
  const allNames = { ...names, ...(isPolite && { '#version': VERSION }) }
  const removal = expression.includes('REMOVE') ? ', #version' : ' REMOVE #version'
  return {
    UpdateExpression: isPolite ? expression + removal : expression,
    ExpressionAttributeValues: values,
    ...(Object.keys(allNames).length > 0 && { ExpressionAttributeNames: allNames }),
  }
}

type About = Pick<ForeignWrite, 'name' | 'input'>

function blind(operation: ForeignWrite['operation'], key: Item, about: About): ForeignWrite {
  return { ...about, operation, key, isAdded: false }
}

function added(key: Item, about: About): ForeignWrite {
  return { ...about, operation: 'UpdateItem', key, isAdded: true }
}

function ownedKey(dice: Dice): Item {
  return keyOf('owned', `${dice.pick(PARTITIONS)}-${dice.below(3)}`)
}

function anyPlace(dice: Dice): readonly [string, Item] {
  if (dice.chance(0.3)) return [SHARED_TABLE, keyOf(dice.pick(['x', 'y']), `key-${dice.below(3)}`)]
  return [NOTES_TABLE, keyOf(dice.pick(PARTITIONS), `key-${dice.below(6)}`)]
}

function keyOf(p: string, s: string): Item {
  return { p: { S: p }, s: { S: s } }
}
