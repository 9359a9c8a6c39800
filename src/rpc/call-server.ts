// The worker's half of the wire: runs the calls of a batch side by side and hands results back in the groups in which
// they settle, so that a slow scan does not hold up the gets of the same microtask. The first group is the answer to
// the batch itself; the page asks for each further group with `rest`, which is also what bounds the traffic back.

import { assert } from '../base/assert.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import {
  type AttributeDictionary,
  createDictionary,
  type GrowableDictionary,
  PackedItem,
} from '../model/packed-item.ts'
import { type PackedCursor, readSizedView } from '../model/packed-format.ts'
import { HOLE, replaceObjects } from './holes.ts'
import { transferItems } from './transfer-items.ts'
import { isLongPoll, isRead } from './pending-call.ts'
import type { CallBatch, CallForm, DictionaryNews, Failure, Hole, Settlements, WireNews } from './protocol.ts'
import { encodeError } from './wire-error.ts'

/** Runs one operation; inputs and outputs hold PackedItem instances when `form.rows` is `packed`. */
export type RunCall = (form: CallForm, input: unknown) => Promise<unknown>

/** The worker's half of the wire. */
export interface CallServer {
  deliver(batch: CallBatch): Promise<Settlements>
  rest(batchNumber: number): Promise<Settlements>
}

/**
 * How many turns of the microtask queue a first result waits for others. Operations answered from memory end within a
 * few turns of each other; nothing that needs IndexedDB ends within any number of them.
 */
const GROUPING_TURNS = 24

/** Dictionaries whose sent names are remembered; a worker that passes it forgets all and sends names again. */
const MAX_DICTIONARIES = 1024

const NO_BYTES = new Uint8Array(0)
/** What a get of an existing item returns: one object, so that structured clone sends it once per message. */
const ONLY_ITEM: Readonly<Record<string, Hole>> = Object.freeze({ Item: HOLE })

interface Result {
  readonly index: number
  readonly form: CallForm
  readonly output: unknown
}

/** Calls of one batch that have not been answered yet. */
interface OpenBatch {
  results: Result[]
  failures: Failure[]
  unsettled: number
  wake: (() => void) | undefined
}

/** Where the news come from that answers carry. */
export interface NewsSource {
  /** Resolves when all that has been written is among the news. */
  caughtUp(): MaybePromise<void>
  /** What the page has not been told; undefined when there is nothing. */
  takeNews(): WireNews | undefined
}

/** Serves one page. */
export function createCallServer(run: RunCall, news?: NewsSource): CallServer {
  const pageDictionary = createDictionary()
  const encode = createSettlementEncoder(news)
  const open = new Map<number, OpenBatch>()

  async function nextGroup(batchNumber: number, batch: OpenBatch): Promise<Settlements> {
    if (!hasGroup(batch)) await new Promise<void>((resolve) => (batch.wake = resolve))
    for (let turn = 0; turn < GROUPING_TURNS && batch.unsettled > 0; turn++) await Promise.resolve()
    if (news !== undefined && batch.results.some(mayHaveWritten)) await news.caughtUp()
    if (batch.unsettled === 0) open.delete(batchNumber)
    return encode(batch)
  }

  return {
    deliver(message) {
      const batch: OpenBatch = { results: [], failures: [], unsettled: message.calls.length, wake: undefined }
      open.set(message.number, batch)
      const fill = createFiller(message, pageDictionary)
      message.calls.forEach((form, index) => start(run, { form, index, fill, batch }))
      return nextGroup(message.number, batch)
    },
    rest(batchNumber) {
      const batch = open.get(batchNumber)
      assert(batch !== undefined, 'The rest is asked only of a batch that has one.')
      return nextGroup(batchNumber, batch)
    },
  }
}

function mayHaveWritten({ form }: Result): boolean {
  return !isRead(form) && !isLongPoll(form)
}

function hasGroup(batch: OpenBatch): boolean {
  return batch.results.length > 0 || batch.failures.length > 0 || batch.unsettled === 0
}

interface StartedCall {
  readonly form: CallForm
  readonly index: number
  readonly fill: (form: CallForm) => unknown
  readonly batch: OpenBatch
}

function start(run: RunCall, { form, index, fill, batch }: StartedCall): void {
  run(form, fill(form)).then(
    (output) => {
      batch.results.push({ index, form, output })
      settled(batch)
    },
    (error: unknown) => {
      batch.failures.push({ index, error: encodeError(error) })
      settled(batch)
    },
  )
}

function settled(batch: OpenBatch): void {
  batch.unsettled--
  batch.wake?.()
  batch.wake = undefined
}

/** Puts the items of a message back into its inputs, call by call in their order. */
function createFiller(message: CallBatch, dictionary: GrowableDictionary): (form: CallForm) => unknown {
  for (const name of message.newNames) dictionary.add(name)
  const cursor: PackedCursor = { bytes: message.items ?? NO_BYTES, at: 0 }
  const replace = (candidate: object): PackedItem | undefined =>
    candidate === message.hole ? new PackedItem(readSizedView(cursor), dictionary) : undefined
  return (form) => (form.rows === 'packed' ? replaceObjects(form.input, replace) : form.input)
}

/** Takes the items out of outputs; remembers which names the page has been told. */
function createSettlementEncoder(source: NewsSource | undefined): (batch: OpenBatch) => Settlements {
  const told = new Map<AttributeDictionary, { readonly id: number; names: number }>()
  const writer = new ByteWriter()
  let newNames: Map<AttributeDictionary, DictionaryNews>

  function tell(dictionary: AttributeDictionary): number {
    let entry = told.get(dictionary)
    if (entry === undefined) {
      entry = { id: told.size, names: 0 }
      told.set(dictionary, entry)
    } else if (entry.names === dictionary.names.length) return entry.id
    newNames.set(dictionary, {
      id: entry.id,
      newNames: [...(newNames.get(dictionary)?.newNames ?? []), ...dictionary.names.slice(entry.names)],
    })
    entry.names = dictionary.names.length
    return entry.id
  }

  function takeOut(candidate: object): Hole | undefined {
    if (!(candidate instanceof PackedItem)) return undefined
    writer.varint(tell(candidate.dictionary))
    writer.varint(candidate.bytes.length)
    writer.bytes(candidate.bytes)
    return HOLE
  }

  function encodeOutput({ form, output }: Result): unknown {
    if (form.rows !== 'packed') return output
    const onlyItem = onlyItemOf(output as object | undefined)
    if (onlyItem === undefined) return replaceObjects(output, takeOut)
    takeOut(onlyItem)
    return ONLY_ITEM
  }

  return (batch) => {
    const forgetDictionaries = told.size > MAX_DICTIONARIES
    if (forgetDictionaries) told.clear()
    newNames = new Map()
    const { results, failures } = batch
    batch.results = []
    batch.failures = []
    const news = source?.takeNews()
    const settlements = {
      // The page takes the items out in this order.
      ...(news && { news: replaceObjects(news, takeOut) as WireNews }),
      indexes: results.map(({ index }) => index),
      outputs: results.map(encodeOutput),
      failures,
      hole: HOLE,
      items: writer.sizeBytes > 0 ? writer.take() : undefined,
      dictionaries: [...newNames.values()],
      forgetDictionaries,
      remaining: batch.unsettled,
    }
    return transferItems(settlements)
  }
}

/** The item of an output that has nothing else, as most gets have it. */
function onlyItemOf(output: { readonly Item?: unknown } | undefined): PackedItem | undefined {
  for (const name in output) if (name !== 'Item') return undefined
  const Item = output?.Item
  return Item instanceof PackedItem ? Item : undefined
}
