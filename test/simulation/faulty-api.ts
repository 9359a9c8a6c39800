// The network between a device and the remote: requests take time, get lost, come twice, come late, are refused for a
// while; answers get lost; reads see a transaction that is still landing.

import type { Clock } from '../../src/base/clock.ts'
import { sleep } from '../../src/base/clock.ts'
import type { Item } from '../../src/model/attribute-value.ts'
import type { DynamoApi } from '../../src/sync/dynamo-remote.ts'
import type { Dice } from './dice.ts'

/** What can go wrong with a request. */
export const FAULTS = [
  'request lost',
  'answer lost',
  'doubled',
  'late',
  'throttled',
  'transaction conflict',
  'credentials expired',
  'clock refused',
] as const

/** The network as one device has it. */
export interface FaultyApi extends DynamoApi {
  /** Without a network every request fails. */
  isOnline: boolean
  /** How often a request goes wrong, from 0 to 1. */
  faultRate: number
}

interface FaultyApiOptions {
  readonly api: DynamoApi
  readonly clock: Clock
  readonly dice: Dice
  readonly count: (what: string) => void
  /** Names of the tables whose pages are cut short, so that few items make several pages. */
  readonly shortPages: ReadonlySet<string>
  readonly companionTable: string
}

/** The longest that a request is under way before its sender gives up, and the longest that it may still arrive. */
const TIMEOUT_MS = 20_000
const LATEST_ARRIVAL_MS = 900_000
const READS: ReadonlySet<string> = new Set(['Query', 'Scan'])

/** A network that goes wrong. */
export function createFaultyApi(options: FaultyApiOptions): FaultyApi {
  const { api, clock, dice, count } = options
  const arrive = async (operation: string, input: object): Promise<unknown> => {
    await sleep(clock, dice.between(1, 40))
    const output = await api.send(operation, shortened(options, operation, input))
    return operation === 'Query' ? landing(options, input, output, faulty.faultRate) : output
  }
  const send = async (operation: string, input: object): Promise<unknown> => {
    const frozen = structuredClone(input)
    if (!faulty.isOnline) throw await failure(clock, named('TypeError'), dice.between(1, 500))
    if (!dice.chance(faulty.faultRate)) return arrive(operation, frozen)
    const fault = dice.pick(FAULTS)
    count(fault)
    switch (fault) {
      case 'request lost':
        throw await failure(clock, named('TypeError'), TIMEOUT_MS)
      case 'answer lost':
        await arrive(operation, frozen).catch(() => undefined)
        throw await failure(clock, named('TypeError'), TIMEOUT_MS)
      case 'doubled':
        return Promise.race([settled(arrive(operation, frozen)), settled(arrive(operation, frozen))]).then(unwrapped)
      case 'late':
        clock.after(dice.between(1, LATEST_ARRIVAL_MS), () => void arrive(operation, frozen).catch(() => undefined))
        throw await failure(clock, named('TypeError'), TIMEOUT_MS)
      case 'throttled':
      case 'transaction conflict':
      case 'credentials expired':
        throw await failure(clock, serverFault(fault, operation), dice.between(1, 40))
      case 'clock refused':
        throw await failure(clock, named('InvalidSignatureException'), dice.between(1, 40))
    }
  }
  const faulty: FaultyApi = { isOnline: true, faultRate: 0, send }
  return faulty
}

type Settled = { readonly value: unknown } | { readonly error: unknown }

async function settled(promise: Promise<unknown>): Promise<Settled> {
  try {
    return { value: await promise }
  } catch (error) {
    return { error }
  }
}

function unwrapped(outcome: Settled): unknown {
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

async function failure(clock: Clock, error: Error, delayMs: number): Promise<Error> {
  await sleep(clock, delayMs)
  return error
}

/** What a service refuses for a while. */
export const SERVER_FAULTS = ['throttled', 'transaction conflict', 'credentials expired'] as const

/** How such a refusal looks. */
export function serverFault(fault: (typeof SERVER_FAULTS)[number], operation: string): Error {
  switch (fault) {
    case 'throttled':
      return named('ProvisionedThroughputExceededException')
    case 'credentials expired':
      return named('ExpiredTokenException')
    case 'transaction conflict': {
      if (operation !== 'TransactWriteItems') return named('ThrottlingException')
      const reasons = { CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }] }
      return Object.assign(named('TransactionCanceledException'), reasons)
    }
  }
}

/** Without the stack, which takes longer to write down than all else that a fault does. */
function named(name: string): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const error = new Error(`${name} in the simulation`)
  Error.stackTraceLimit = stackTraceLimit
  return Object.assign(error, { name })
}

/** A read of one of these tables has small pages. */
export function shortened(
  { dice, shortPages }: Pick<FaultyApiOptions, 'dice' | 'shortPages'>,
  operation: string,
  input: object,
): object {
  const { TableName } = input as { TableName?: string }
  if (!READS.has(operation) || TableName === undefined || !shortPages.has(TableName)) return input
  return { ...input, Limit: dice.between(1, 4) }
}

/** The service shows the writes of a transaction one by one: an entry may be missing for a moment, its head there. */
export function landing(
  { dice, companionTable, count }: Pick<FaultyApiOptions, 'dice' | 'companionTable' | 'count'>,
  input: object,
  output: unknown,
  faultRate: number,
): unknown {
  const { TableName } = input as { TableName?: string }
  const { Items = [] } = output as { Items?: readonly Item[] }
  if (TableName !== companionTable || Items.length === 0 || !dice.chance(faultRate)) return output
  count('entry landing')
  const missing = dice.below(Items.length)
  return { ...(output as object), Items: Items.filter((_, index) => index !== missing) }
}
