// What the apps on the devices do. Each write has a name that ends up in what it writes, so that it can be told at the end
// whether it took effect, and how often.

import type { Dice } from './dice.ts'
import { DIARY, EXPIRES, FLEETING, NOTES_TABLE, OWNED_TABLE, PARTITIONS, SHARED_TABLE } from './world.ts'

/** One write of an app. */
export interface AppWrite {
  readonly name: string
  readonly operation: string
  readonly input: object
  /** `added`: its name is found in the item for ever, unless it was put aside. `blind`: others may wipe it out. */
  readonly kind: 'added' | 'blind'
  /** Items that it writes, as `table/p/s`. */
  readonly places: readonly string[]
}

/** Where an item is. */
export interface Place {
  readonly TableName: string
  readonly p: string
  readonly s: string
}

/** The kinds of writes, by how they are made. */
const MAKERS: readonly ((dice: Dice, name: string) => AppWrite)[] = [
  put,
  setAttribute,
  setAttribute,
  remove,
  putIfNew,
  setIfSame,
  count,
  count,
  append,
  note,
  note,
  noteAcross,
  noteChecked,
  noteChecked,
  addTag,
  transfer,
  transfer,
  transferAcross,
  pair,
  checkedPut,
  own,
  own,
  disown,
  changeOwned,
  batch,
  fleeting,
]

/** Draws a write to one of the items that another wrote; undefined when none comes up. */
export function drawFollowing(dice: Dice, name: string, { places }: AppWrite): AppWrite | undefined {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const next = drawWrite(dice, name)
    if (next.places.some((place) => places.includes(place))) return next
  }
  return undefined
}

/** Places of items that nobody but one writer writes, one or two of them. */
export function placesAlone(dice: Dice, writer: string): readonly Place[] {
  const partitions = dice.chance(0.5) ? PARTITIONS : [dice.pick(PARTITIONS)]
  return partitions.map((p) => ({ TableName: NOTES_TABLE, p, s: `alone-${writer}` }))
}

/** Writes them on condition that they are as they were seen: who writes alone always finds them so. */
export function writeAlone(name: string, seen: readonly (readonly [Place, string])[]): AppWrite {
  const updates = seen.map(([place, op]) => ({
    TableName: place.TableName,
    Key: keyOf(place),
    UpdateExpression: 'SET op = :op',
    ConditionExpression: op === '' ? 'attribute_not_exists(op)' : 'op = :seen',
    ExpressionAttributeValues: { ':op': { S: name }, ...(op !== '' && { ':seen': { S: op } }) },
  }))
  const about = { name, places: seen.map(([place]) => place) }
  const [first] = updates
  if (updates.length === 1 && first !== undefined) return write('UpdateItem', first, about)
  return write('TransactWriteItems', { TransactItems: updates.map((Update) => ({ Update })) }, about)
}

/** The same once more, as one asks for it whose write was lost. */
export function writeAgain(lost: AppWrite, name: string): AppWrite {
  return JSON.parse(JSON.stringify(lost).replaceAll(lost.name, name)) as AppWrite
}

/** Of writes, until one is of an item that is asked for. */
const MAX_DRAWS = 40

/** Draws the next write of an app. */
export function drawWrite(dice: Dice, name: string): AppWrite {
  return dice.pick(MAKERS)(dice, name)
}

/** Draws the next write of an app that knows nothing but what one owner has. */
export function drawOwnersWrite(dice: Dice, name: string, owner: string): AppWrite {
  const [place] = ownedPlace(dice)
  if (dice.chance(0.3)) return dice.pick([disown, changeOwned])(dice, name)
  const Item = { ...itemAt(place, name), owner: { S: owner } }
  return write('PutItem', { TableName: OWNED_TABLE, Item }, { name, places: [place] })
}

function put(dice: Dice, name: string): AppWrite {
  const place = anyPlace(dice)
  return write('PutItem', { TableName: place.TableName, Item: itemAt(place, name) }, { name, places: [place] })
}

function putIfNew(dice: Dice, name: string): AppWrite {
  const place = anyPlace(dice)
  const condition = { ConditionExpression: 'attribute_not_exists(p)' }
  const input = { TableName: place.TableName, Item: itemAt(place, name), ...condition }
  return write('PutItem', input, { name, places: [place] })
}

function setAttribute(dice: Dice, name: string): AppWrite {
  const place = anyPlace(dice)
  const input = {
    TableName: place.TableName,
    Key: keyOf(place),
    UpdateExpression: 'SET #a = :op',
    ExpressionAttributeNames: { '#a': dice.pick(['op', 'a', 'b', 'c']) },
    ExpressionAttributeValues: { ':op': { S: name } },
  }
  return write('UpdateItem', input, { name, places: [place] })
}

function setIfSame(dice: Dice, name: string): AppWrite {
  const place = anyPlace(dice)
  const input = {
    TableName: place.TableName,
    Key: keyOf(place),
    UpdateExpression: 'SET op = :op REMOVE b',
    ConditionExpression: 'attribute_exists(p) AND (attribute_not_exists(c) OR size(c) < :size)',
    ExpressionAttributeValues: { ':op': { S: name }, ':size': { N: String(dice.between(4, 9)) } },
  }
  return write('UpdateItem', input, { name, places: [place] })
}

function remove(dice: Dice, name: string): AppWrite {
  const place = anyPlace(dice)
  const input = { TableName: place.TableName, Key: keyOf(place) }
  return write('DeleteItem', input, { name, places: [place] })
}

/** Counts, and notes who has counted: the sum has to be that of those noted. */
function count(dice: Dice, name: string): AppWrite {
  const place = { TableName: NOTES_TABLE, p: dice.pick(PARTITIONS), s: 'count' }
  return {
    ...write('UpdateItem', countInput(place, name, dice.between(1, 9)), { name, places: [place] }),
    kind: 'added',
  }
}

function append(_dice: Dice, name: string): AppWrite {
  const place = { TableName: SHARED_TABLE, p: 'lists', s: 'list' }
  return { ...write('UpdateItem', appendInput(place, name), { name, places: [place] }), kind: 'added' }
}

/** In the diary of a scope: what one device notes stays in its order. */
function note(dice: Dice, name: string): AppWrite {
  const place = diaryOf(dice.pick(PARTITIONS))
  return { ...write('UpdateItem', appendInput(place, name), { name, places: [place] }), kind: 'added' }
}

/** In the diaries of both scopes: it waits where one of them cannot be written to, and with it what is noted after it. */
function noteAcross(_dice: Dice, name: string): AppWrite {
  const places = PARTITIONS.map(diaryOf)
  const TransactItems = places.map((place) => ({ Update: appendInput(place, name) }))
  return { ...write('TransactWriteItems', { TransactItems }, { name, places }), kind: 'added' }
}

/** As long as another item is as it is: if it is not, this is put aside, and what was noted after it waits. */
function noteChecked(dice: Dice, name: string): AppWrite {
  const p = dice.pick(PARTITIONS)
  const place = diaryOf(p)
  const TransactItems = [{ Update: appendInput(place, name) }, checkOf(dice, { ...place, s: `key-${dice.below(3)}` })]
  return { ...write('TransactWriteItems', { TransactItems }, { name, places: [place] }), kind: 'added' }
}

function addTag(dice: Dice, name: string): AppWrite {
  const place = { TableName: NOTES_TABLE, p: dice.pick(PARTITIONS), s: 'tags' }
  const input = {
    TableName: place.TableName,
    Key: keyOf(place),
    UpdateExpression: 'ADD ops :op',
    ExpressionAttributeValues: { ':op': { SS: [name] } },
  }
  return { ...write('UpdateItem', input, { name, places: [place] }), kind: 'added' }
}

/** From one account to another: their sum stays as it is. */
function transfer(dice: Dice, name: string): AppWrite {
  const p = dice.pick(PARTITIONS)
  const amount = dice.between(1, 9)
  const accounts = dice.chance(0.5) ? ['account-1', 'account-2'] : ['account-2', 'account-1']
  const places = accounts.map((s) => ({ TableName: NOTES_TABLE, p, s }))
  const [one, other] = places as [Place, Place]
  const TransactItems = [{ Update: countInput(one, name, -amount) }, { Update: countInput(other, name, amount) }]
  return { ...write('TransactWriteItems', { TransactItems }, { name, places }), kind: 'added' }
}

/** From one scope to another. */
function transferAcross(dice: Dice, name: string): AppWrite {
  const amount = dice.between(1, 9)
  const places = [...PARTITIONS].map((p) => ({ TableName: NOTES_TABLE, p, s: 'across' }))
  const TransactItems = places.map((place, index) => ({
    Update: countInput(place, name, index === 0 ? amount : -amount),
  }))
  return { ...write('TransactWriteItems', { TransactItems }, { name, places }), kind: 'added' }
}

/** Two items that are always written together. */
function pair(dice: Dice, name: string): AppWrite {
  const p = dice.pick(PARTITIONS)
  const places = ['left', 'right'].map((s) => ({ TableName: NOTES_TABLE, p, s: `pair-${s}` }))
  const TransactItems = places.map((place) => ({ Put: { TableName: place.TableName, Item: itemAt(place, name) } }))
  return write('TransactWriteItems', { TransactItems }, { name, places })
}

function checkedPut(dice: Dice, name: string): AppWrite {
  const p = dice.pick(PARTITIONS)
  const place = { TableName: NOTES_TABLE, p, s: `key-${dice.below(3)}` }
  const checked = { TableName: NOTES_TABLE, p, s: `key-${3 + dice.below(3)}` }
  const TransactItems = [{ Put: { TableName: NOTES_TABLE, Item: itemAt(place, name) } }, checkOf(dice, checked)]
  return write('TransactWriteItems', { TransactItems }, { name, places: [place] })
}

/** An item whose owner, and so its scope, follows from its key. */
function own(dice: Dice, name: string): AppWrite {
  const [place, owner] = ownedPlace(dice)
  const Item = { ...itemAt(place, name), owner: { S: owner } }
  return write('PutItem', { TableName: OWNED_TABLE, Item }, { name, places: [place] })
}

function disown(dice: Dice, name: string): AppWrite {
  const [place] = ownedPlace(dice)
  return write('DeleteItem', { TableName: OWNED_TABLE, Key: keyOf(place) }, { name, places: [place] })
}

/** Where there is no item, this makes one that belongs to nobody, and cannot be replicated. */
function changeOwned(dice: Dice, name: string): AppWrite {
  const [place] = ownedPlace(dice)
  const input = {
    TableName: OWNED_TABLE,
    Key: keyOf(place),
    UpdateExpression: 'SET a = :op',
    ExpressionAttributeValues: { ':op': { S: name } },
  }
  return write('UpdateItem', input, { name, places: [place] })
}

function ownedPlace(dice: Dice): readonly [Place, string] {
  const owner = dice.pick(PARTITIONS)
  return [{ TableName: OWNED_TABLE, p: 'owned', s: `${owner}-${dice.below(3)}` }, owner]
}

/** An item that does not live for ever, where items expire. */
function fleeting(dice: Dice, name: string): AppWrite {
  const place = { TableName: NOTES_TABLE, p: dice.pick(PARTITIONS), s: `${FLEETING}${dice.below(3)}` }
  const Item = { ...itemAt(place, name), expires: dice.pick(EXPIRES) }
  return write('PutItem', { TableName: NOTES_TABLE, Item }, { name, places: [place] })
}

function batch(dice: Dice, name: string): AppWrite {
  const places = [0, 1, 2].map((n) => ({ TableName: SHARED_TABLE, p: 'batch', s: `item-${n + dice.below(2) * 3}` }))
  const RequestItems = { [SHARED_TABLE]: places.map((place) => ({ PutRequest: { Item: itemAt(place, name) } })) }
  return write('BatchWriteItem', { RequestItems }, { name, places })
}

function write(
  operation: string,
  input: object,
  { name, places }: { readonly name: string; readonly places: readonly Place[] },
): AppWrite {
  const written = places.map(({ TableName, p, s }) => `${TableName}/${p}/${s}`)
  return { name, operation, input, kind: 'blind', places: written }
}

/** Of an item that somebody else may write, make or delete meanwhile. */
function checkOf(dice: Dice, place: Place): object {
  const about = { TableName: place.TableName, Key: keyOf(place) }
  const ConditionExpression = dice.pick([
    'attribute_exists(p)',
    'attribute_not_exists(p)',
    'contains(op, :digit)',
    'NOT contains(op, :digit)',
  ])
  const ExpressionAttributeValues = { ':digit': { S: String(dice.below(10)) } }
  const isOfDigit = ConditionExpression.includes(':digit')
  return { ConditionCheck: { ...about, ConditionExpression, ...(isOfDigit && { ExpressionAttributeValues }) } }
}

function diaryOf(p: string): Place {
  return { TableName: NOTES_TABLE, p, s: DIARY }
}

function appendInput(place: Place, name: string): object {
  return {
    TableName: place.TableName,
    Key: keyOf(place),
    UpdateExpression: 'SET l = list_append(if_not_exists(l, :none), :op)',
    ExpressionAttributeValues: { ':op': { L: [{ S: name }] }, ':none': { L: [] } },
  }
}

function countInput({ TableName, ...place }: Place, name: string, amount: number): object {
  return {
    TableName,
    Key: keyOf({ TableName, ...place }),
    UpdateExpression: 'ADD n :n, ops :op SET #amount = :n',
    ExpressionAttributeNames: { '#amount': `amount-${name}` },
    ExpressionAttributeValues: { ':n': { N: String(amount) }, ':op': { SS: [name] } },
  }
}

function anyPlace(dice: Dice): Place {
  if (dice.chance(0.3)) return { TableName: SHARED_TABLE, p: dice.pick(['x', 'y']), s: `key-${dice.below(3)}` }
  return { TableName: NOTES_TABLE, p: dice.pick(PARTITIONS), s: `key-${dice.below(6)}` }
}

function keyOf({ p, s }: Place): object {
  return { p: { S: p }, s: { S: s } }
}

function itemAt(place: Place, name: string): object {
  return { ...keyOf(place), op: { S: name }, text: { S: 'x'.repeat(20) } }
}
