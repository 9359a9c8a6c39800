// Every request of the page passes through here: it is timed, kept for the log, and shown as it was sent.

import type { Database, OperationName, OperationTypes } from 'tidetable'

/** One request and what came of it. */
export interface Exchange {
  /** Counts from 1. */
  readonly number: number
  readonly operation: OperationName
  readonly input: unknown
  /** What came back; an error when it failed. */
  readonly output: unknown
  readonly failed: boolean
  readonly startedAt: Date
  readonly durationMs: number
}

/** A request that succeeded: its answer, and the exchange as the log has it. */
export interface Answer<Name extends OperationName> {
  readonly output: OperationTypes[Name]['output']
  readonly exchange: Exchange
}

/** Sends requests and tells listeners of each. */
export interface ExchangeLog {
  /**
   * Sends one request in DynamoDB's own shape.
   * @throws ServiceException or DatabaseError, as the database does; the exchange is logged all the same.
   */
  send<Name extends OperationName>(operation: Name, input: OperationTypes[Name]['input']): Promise<Answer<Name>>
  onExchange(listener: (exchange: Exchange) => void): void
}

/** A log over whichever database is open: the page opens another one when it starts anew. */
export function createExchangeLog(database: () => Promise<Database>): ExchangeLog {
  const listeners: ((exchange: Exchange) => void)[] = []
  let count = 0
  const record = (exchange: Omit<Exchange, 'number'>): Exchange => {
    count += 1
    const numbered = { number: count, ...exchange }
    for (const listener of listeners) listener(numbered)
    return numbered
  }
  return {
    async send(operation, input) {
      const opened = await database()
      const startedAt = new Date()
      const start = performance.now()
      try {
        const output = await opened.send(operation, input)
        const durationMs = performance.now() - start
        return { output, exchange: record({ operation, input, output, failed: false, startedAt, durationMs }) }
      } catch (error) {
        record({ operation, input, output: error, failed: true, startedAt, durationMs: performance.now() - start })
        throw error
      }
    },
    onExchange(listener) {
      listeners.push(listener)
    },
  }
}
