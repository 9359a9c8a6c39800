// The one call of a page that waits (a long poll): for news of its live results, and for changes that it has asked for. What
// comes is told to all who take part, each of whom knows what is its own.

import { DatabaseError } from '../base/database-error.ts'
import type { WireNews, WorkerOperations } from '../rpc/protocol.ts'
import type { Session } from '../rpc/session.ts'

/** Workers lost one after another, none of which has told anything, before all that wait are failed. */
const MAX_LOSSES = 6

/** Who is told of news. */
export interface NewsParty {
  /** Whether there is anything that news could come of. */
  readonly isWaiting: boolean
  take(news: WireNews): void
  /** The worker was lost, and the next one knows nothing of what was asked for. */
  askAnew(): void
  /** There will be no news: nothing that was asked for comes. */
  fail(error: unknown): void
}

const polls = new WeakMap<Session, NewsPoll>()

/** The poll of a page. */
export function newsPollOf(session: Session): NewsPoll {
  let poll = polls.get(session)
  if (poll === undefined) polls.set(session, (poll = new NewsPoll(session)))
  return poll
}

/** Waits for news for as long as anybody waits for them. */
export class NewsPoll {
  readonly #session: Session
  readonly #parties: NewsParty[] = []
  #isPolling = false
  #isOver = false
  #losses = 0

  constructor(session: Session) {
    this.#session = session
    session.onNews = (news) => this.#take(news)
    session.onClosing = () => this.#end()
  }

  /** Has a party told of all news from now on. */
  join(party: NewsParty): void {
    this.#parties.push(party)
  }

  /** Somebody has begun to wait. To be called with the request that makes the news: both are sent to one worker then. */
  wake(): void {
    if (!this.#isPolling) void this.#poll()
  }

  async #poll(): Promise<void> {
    this.#isPolling = true
    while (!this.#isOver && this.#parties.some(({ isWaiting }) => isWaiting)) {
      try {
        await this.#call('tidetable:news')
        this.#losses = 0
      } catch (error) {
        if (this.#survives(error)) continue
        for (const party of this.#parties) party.fail(error)
      }
    }
    this.#isPolling = false
  }

  /** The next worker is asked for everything anew; a poll that has waited for very long is just asked again. */
  #survives(error: unknown): boolean {
    if (!(error instanceof DatabaseError)) return false
    if (error.code === 'CallTimedOut') return true
    if (error.code !== 'WorkerLost' || ++this.#losses > MAX_LOSSES) return false
    for (const party of this.#parties) party.askAnew()
    return true
  }

  /** News comes with answers, and is taken in before they settle. */
  #take(news: WireNews): void {
    if (news.isEnded) this.#isOver = true
    for (const party of this.#parties) party.take(news)
  }

  /** The database is being closed, which waits for calls under way. */
  #end(): void {
    this.#isOver = true
    if (this.#isPolling) this.#call('tidetable:end-news').catch(() => undefined)
  }

  #call(operation: keyof WorkerOperations): Promise<void> {
    return this.#session.call(
      () => ({ form: { operation, input: undefined, rows: 'packed' } }),
      () => undefined,
    )
  }
}
