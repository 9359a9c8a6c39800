// Answers of gets and queries that the page gives itself: each is a live result that nobody is told of, and is given only
// while it is known to be right. What is asked for twice within a while is kept; what has not been asked for since falls
// out first.
//
// Why read-your-writes holds: the worker's answer to a write brings the news of it, and shows only what is durable here.

import type { NativeItem } from '../model/native.ts'
import type { TableDeclaration } from '../model/table-declaration.ts'
import type { CacheStatistics, LiveItem, LiveRequest, LiveRows } from './live.ts'
import type { FollowOptions, Listener } from './live-connection.ts'
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
  value: LiveItem<NativeItem> | LiveRows<NativeItem> | undefined
  sizeBytes: number
  isRight: boolean
  /** Since room was last made: it then gets a second chance. */
  wasUsed: boolean
  stop: () => void
}

/** The cache of one database. */
export class PageCache {
  readonly #follower: Follower
  readonly #limitBytes: number
  /** Those that have waited longest to be used first. */
  readonly #answers = new Map<string, Answer>()
  readonly #remembered = new Set<string>()
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
    table: TableDeclaration,
    key: NativeItem,
    request: () => LiveRequest,
  ): Promise<NativeItem | undefined> | undefined {
    const name = nameOfKey(table, key)
    if (name === undefined) return undefined
    const value = this.#find(name, request) as LiveItem<NativeItem> | undefined
    return value && Promise.resolve(value.item && (copyNative(value.item) as NativeItem))
  }

  /** The answer to a query; undefined when the worker has to be asked. */
  rows(key: string, request: LiveRequest): NativeItem[] | undefined {
    const { limitRows } = request
    const isBounded = limitRows <= MAX_CACHED_ROWS
    const bounded = isBounded ? request : { ...request, limitRows: MAX_CACHED_ROWS + 1 }
    const value = this.#find(key, () => bounded) as LiveRows<NativeItem> | undefined
    return value?.rows.map((row) => copyNative(row) as NativeItem)
  }

  #find(name: string, request: () => LiveRequest): Answer['value'] {
    const answer = this.#answers.get(name)
    if (answer?.isRight === true && !this.#follower.isBehind) {
      this.#hits++
      answer.wasUsed = true
      return answer.value
    }
    this.#misses++
    if (answer !== undefined) return undefined
    // What is asked for once may never be asked for again.
    if (this.#remembered.delete(name)) this.#keep(name, request())
    else this.#remember(name)
    return undefined
  }

  #remember(name: string): void {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear()
    this.#remembered.add(name)
  }

  #keep(name: string, request: LiveRequest): void {
    const answer: Answer = { value: undefined, sizeBytes: 0, isRight: false, wasUsed: false, stop: () => undefined }
    this.#answers.set(name, answer)
    const forget = (): void => this.#forget(name, answer)
    const next = (result: unknown): void => {
      answer.value = result as Answer['value']
      const rows = 'rows' in (result as object) ? (result as LiveRows<NativeItem>).rows : []
      if (rows.length > MAX_CACHED_ROWS) {
        // It stays, never right, so that it is not tried again and again.
        answer.value = undefined
        answer.isRight = false
        answer.stop()
        return
      }
      this.#measure(answer, rows)
      this.#evict(answer)
    }
    const options: FollowOptions = {
      showsTentative: false,
      lingers: false,
      onRight: (isRight) => void (answer.isRight = isRight),
    }
    answer.stop = this.#follower.follow(`cached ${name}`, request, { next, error: forget, complete: forget }, options)
    this.#evict(answer)
  }

  #measure(answer: Answer, rows: readonly NativeItem[]): void {
    const { value } = answer
    const item = value !== undefined && 'item' in value ? value.item : undefined
    const sizeBytes = ANSWER_BYTES + nativeSizeBytes(rows) + nativeSizeBytes(item)
    this.#sizeBytes += sizeBytes - answer.sizeBytes
    answer.sizeBytes = sizeBytes
  }

  /** Makes room: what was used since the last time goes to the end of the line once, and so does the newest. */
  #evict(newest: Answer): void {
    newest.wasUsed = newest.sizeBytes <= this.#limitBytes
    for (const [name, answer] of this.#answers) {
      if (this.#sizeBytes <= this.#limitBytes && this.#answers.size <= MAX_CACHED_ANSWERS) return
      if (answer.wasUsed) {
        answer.wasUsed = false
        this.#answers.delete(name)
        this.#answers.set(name, answer)
        continue
      }
      this.#evictions++
      this.#forget(name, answer)
    }
  }

  #forget(name: string, answer: Answer): void {
    answer.isRight = false
    if (this.#answers.get(name) !== answer) return
    this.#answers.delete(name)
    this.#sizeBytes -= answer.sizeBytes
    answer.stop()
  }
}

/** The text of a plain key; undefined for what is not plain, or not a key of the table. */
function nameOfKey({ name, key: { partition, sort } }: TableDeclaration, key: NativeItem): string | undefined {
  let count = 0
  for (const attributeName in key) if (Object.hasOwn(key, attributeName)) count++
  const partitionText = textOf(key[partition])
  if (partitionText === undefined || count !== (sort === undefined ? 1 : 2)) return undefined
  if (sort === undefined) return `${name} ${partitionText}`
  const sortText = textOf(key[sort])
  return sortText && `${name} ${partitionText.length} ${partitionText}${sortText}`
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return `s${value}`
  return Number.isSafeInteger(value) ? `n${value as number}` : undefined
}
