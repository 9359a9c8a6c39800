// Answers of gets and queries that the page gives itself: each is a live result that nobody is told of, and is given only
// while it is known to be right. What is asked for twice within a while is kept; what has not been asked for since falls
// out first.
//
// Why read-your-writes holds: the worker's answer to a write brings the news of it, and shows only what is durable here.

import type { NativeItem } from '../model/native.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import type { CacheStatistics, LiveItem, LiveRequest, LiveRows } from './live.ts'
import type { Listener } from './listener.ts'
import type { FollowOptions } from './live-connection.ts'
import { copyNative, nativeSizeBytes } from './native-copy.ts'

/** Answers that are kept at most, however small. */
export const MAX_CACHED_ANSWERS = 4096
/** Queries of more rows are not kept. */
export const MAX_CACHED_ROWS = 256
/** Requests that are remembered to have been made once. */
const MAX_REMEMBERED = 1024
/** What an answer takes beside its rows. */
const ANSWER_BYTES = 256

/** What keeps results right. */
export interface Follower {
  /** Whether there is news that has not been taken in. */
  readonly isBehind: boolean
  follow(key: string, request: LiveRequest, listener: Listener, options: FollowOptions): () => void
}

interface Answer {
  /** Takes it from where it is found. */
  readonly drop: () => void
  /** The item, undefined when there is none, or the rows: copied from the live result, of which frozen objects are slow to copy. */
  value: NativeItem | undefined | readonly NativeItem[]
  sizeBytes: number
  isRight: boolean
  /** Since room was last made: it then gets a second chance. */
  wasUsed: boolean
  stop: () => void
}

/** The sort key of an item in the shelf of its partition, or the key of a query. */
type AnswerName = string | number | undefined

/** The cache of one database. */
export class PageCache {
  readonly #follower: Follower
  readonly #limitBytes: number
  /** Answers to gets by table, partition key and sort key: no text has to be made to find one. */
  readonly #shelves = new Map<string, Map<string | number, Map<AnswerName, Answer>>>()
  readonly #queries = new Map<AnswerName, Answer>()
  /** All answers, those that have waited longest to be used first. */
  readonly #answers = new Set<Answer>()
  readonly #remembered = new Set<string>()
  #lastFollowed = 0
  #sizeBytes = 0
  #hits = 0
  #misses = 0
  #evictions = 0

  constructor(follower: Follower, limitBytes: number) {
    this.#follower = follower
    this.#limitBytes = limitBytes
  }

  /** Figures since the cache was loaded. */
  get statistics(): CacheStatistics {
    return {
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      answers: this.#answers.size,
      bytes: this.#sizeBytes,
    }
  }

  /**
   * The answer to a get; undefined when the worker has to be asked.
   *
   * @param request makes the request by which the answer is kept right
   */
  item(
    { name: tableName, key: { partition, sort } }: TableDeclaration,
    key: NativeItem,
    request: () => LiveRequest,
  ): Promise<NativeItem | undefined> | undefined {
    const partitionValue = key[partition]
    const sortValue = sort === undefined ? undefined : key[sort]
    if (!isPlain(partitionValue) || !(sort === undefined || isPlain(sortValue))) return undefined
    // What has further attributes is no key: the service says so.
    let count = sort === undefined ? 1 : 2
    for (const name in key) if (Object.hasOwn(key, name)) count--
    if (count !== 0) return undefined
    const shelf = this.#shelves.get(tableName)?.get(partitionValue)
    const answer = shelf?.get(sortValue as AnswerName)
    if (answer !== undefined && this.#isHit(answer)) {
      const { value } = answer
      return Promise.resolve(value && (copyNative(value) as NativeItem))
    }
    if (answer === undefined && this.#isWorthKeeping(JSON.stringify([tableName, partitionValue, sortValue]))) {
      this.#keepItem(tableName, [partitionValue, sortValue as AnswerName], request())
    }
    return undefined
  }

  /** The answer to a query; undefined when the worker has to be asked. */
  rows(key: string, request: LiveRequest): NativeItem[] | undefined {
    const answer = this.#queries.get(key)
    if (answer !== undefined && this.#isHit(answer)) return copyNative(answer.value) as NativeItem[]
    if (answer === undefined && this.#isWorthKeeping(key)) {
      const limitRows = Math.min(request.limitRows, MAX_CACHED_ROWS + 1)
      const drop = (): void => void this.#queries.delete(key)
      this.#queries.set(key, this.#keep({ ...request, limitRows }, drop))
    }
    return undefined
  }

  #isHit(answer: Answer): boolean {
    if (!answer.isRight || this.#follower.isBehind) {
      this.#misses++
      return false
    }
    this.#hits++
    answer.wasUsed = true
    return true
  }

  /** What is asked for once may never be asked for again. */
  #isWorthKeeping(name: string): boolean {
    this.#misses++
    if (this.#remembered.delete(name)) return true
    this.#remember(name)
    return false
  }

  #remember(name: string): void {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear()
    this.#remembered.add(name)
  }

  #keepItem(
    tableName: string,
    [partitionValue, sortValue]: readonly [string | number, AnswerName],
    request: LiveRequest,
  ): void {
    const ofTable = this.#shelves.get(tableName) ?? new Map<string | number, Map<AnswerName, Answer>>()
    this.#shelves.set(tableName, ofTable)
    const shelf = ofTable.get(partitionValue) ?? new Map<AnswerName, Answer>()
    ofTable.set(partitionValue, shelf)
    const drop = (): void => {
      shelf.delete(sortValue)
      if (shelf.size === 0) ofTable.delete(partitionValue)
    }
    shelf.set(sortValue, this.#keep(request, drop))
  }

  #keep(request: LiveRequest, drop: () => void): Answer {
    const stop = (): void => undefined
    const answer: Answer = { drop, value: undefined, sizeBytes: 0, isRight: false, wasUsed: false, stop }
    this.#answers.add(answer)
    const forget = (): void => this.#forget(answer)
    const next = (result: unknown): void => {
      const { item, rows = [] } = result as Partial<LiveItem<NativeItem> & LiveRows<NativeItem>>
      if (rows.length > MAX_CACHED_ROWS) {
        // It stays, never right, so that it is not tried again and again.
        answer.isRight = false
        answer.stop()
        return
      }
      answer.value = copyNative(request.isItem ? item : rows) as Answer['value']
      const sizeBytes = ANSWER_BYTES + nativeSizeBytes(answer.value)
      this.#sizeBytes += sizeBytes - answer.sizeBytes
      answer.sizeBytes = sizeBytes
      this.#evict(answer)
    }
    const options: FollowOptions = {
      showsTentative: false,
      lingers: false,
      onRight: (isRight) => void (answer.isRight = isRight),
    }
    const followed = `cached ${++this.#lastFollowed}`
    answer.stop = this.#follower.follow(followed, request, { next, error: forget, complete: forget }, options)
    this.#evict(answer)
    return answer
  }

  /** Makes room: what was used since the last time goes to the end of the line once, and so does the newest. */
  #evict(newest: Answer): void {
    newest.wasUsed = newest.sizeBytes <= this.#limitBytes
    for (const answer of this.#answers) {
      if (this.#sizeBytes <= this.#limitBytes && this.#answers.size <= MAX_CACHED_ANSWERS) return
      if (answer.wasUsed) {
        answer.wasUsed = false
        this.#answers.delete(answer)
        this.#answers.add(answer)
        continue
      }
      this.#evictions++
      this.#forget(answer)
    }
  }

  #forget(answer: Answer): void {
    answer.isRight = false
    if (!this.#answers.delete(answer)) return
    answer.drop()
    this.#sizeBytes -= answer.sizeBytes
    answer.stop()
  }
}

/** Whether a key attribute is a value that a Map finds. */
function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || Number.isSafeInteger(value)
}
