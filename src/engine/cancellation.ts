// A transaction of which one action cannot be done is cancelled: nothing is kept, and the exception says of each action
// what was wrong with it.

import { type CancellationReason, ServiceException } from '../model/service-exception.ts'
import { isEmptyKeyRefusal } from './item-key.ts'
import { isKeyPathRefusal } from './key-paths.ts'

/** What the service calls the exceptions that cancel a transaction, among the reasons. */
const REASON_CODES: ReadonlyMap<string, string> = new Map([
  ['ConditionalCheckFailedException', 'ConditionalCheckFailed'],
  ['DuplicateItemException', 'DuplicateItem'],
  ['ValidationException', 'ValidationError'],
])

const NO_REASON: CancellationReason = { Code: 'None' }

/** Collects what is wrong with the actions of one transaction. */
export class Cancellation {
  readonly #reasons = new Map<number, CancellationReason>()
  readonly #actionCount: number

  constructor(actionCount: number) {
    this.#actionCount = actionCount
  }

  /** Whether something is wrong. */
  get isDue(): boolean {
    return this.#reasons.size > 0
  }

  /**
   * Does something for an action.
   *
   * @returns what came of it; undefined when it failed with what cancels a transaction
   * @throws what does not
   */
  attempt<T>(actionIndex: number, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.#note(actionIndex, error)
      return undefined
    }
  }

  /** @throws ServiceException `TransactionCanceledException` when something is wrong */
  throwIfDue(): void {
    if (!this.isDue) return
    const reasons = Array.from({ length: this.#actionCount }, (_, index) => this.#reasons.get(index) ?? NO_REASON)
    const codes = reasons.map(({ Code }) => Code).join(', ')
    const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
    throw new ServiceException('TransactionCanceledException', message, { CancellationReasons: reasons })
  }

  #note(actionIndex: number, error: unknown): void {
    if (!(error instanceof ServiceException)) throw error
    const Code = REASON_CODES.get(error.name)
    if (Code === undefined || isEmptyKeyRefusal(error) || isKeyPathRefusal(error)) throw error
    const { message: Message, Item } = error
    this.#reasons.set(actionIndex, { Code, Message, ...(Item && { Item }) })
  }
}
