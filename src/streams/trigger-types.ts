// What a trigger is told and tells: a function that is given a table's changes in batches, as Lambda's event source mappings
// give them to functions.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html

import type { EventPattern } from './event-pattern.ts'

/** How a trigger works. */
export interface TriggerSettings {
  /** Its checkpoint is kept under this name, for as long as the database: 1 to 255 characters. */
  readonly name: string
  /** Where it begins when it has no checkpoint: behind all that is there (the default), or 24 hours ago. */
  readonly from?: 'now' | 'start'
  /** The most changes in a batch: 1 to 10,000. Default 100. Their items have 6 MiB together, unless it is one change. */
  readonly batchSize?: number
  /** How long the first change of a batch may wait for others, in milliseconds: 0 to 300,000. Default 0. */
  readonly batchWindowMs?: number
  /** Only changes that one of these patterns matches are given. Default: all. */
  readonly filters?: readonly EventPattern[]
  /** How often a batch that fails is tried again: 0 to 10,000. Default: for as long as its changes are kept. */
  readonly retries?: number
  /** Changes that are older are given up, in milliseconds. Default: 24 hours, which is when they are gone anyway. */
  readonly maxAgeMs?: number
  /** Whether a batch that fails is halved, and each half tried by itself, until the change that fails is alone. Default false. */
  readonly bisectOnError?: boolean
}

/** What is known beside the changes. */
export interface TriggerContext {
  /** Counts the attempts at this batch, from 1. */
  readonly attempt: number
  /** Aborts when the trigger is stopped or the database closed. */
  readonly signal: AbortSignal
}

/** Which changes of a batch failed. The first of them and all behind it are given again. */
export interface TriggerResponse {
  readonly batchItemFailures: readonly {
    /** The `position` of a change. */
    readonly itemIdentifier: string
  }[]
}

/** Handles a batch. What it throws fails the whole batch. */
export type TriggerHandler<Change> = (
  changes: readonly Change[],
  context: TriggerContext,
) => TriggerResponse | undefined | void | Promise<TriggerResponse | undefined | void>

/** Changes that a trigger has given up. */
export interface TriggerFailure<Change> {
  readonly triggerName: string
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded'
  /** How often they were given. */
  readonly attempts: number
  /** What the last attempt failed with; empty when there was none. */
  readonly error: string
  readonly changes: readonly Change[]
}
