// Settings of tables that CreateTable and UpdateTable take or refuse: which may stand in one request, what a value may be, and
// what cannot be done in a browser at all (keys of KMS, policies of IAM, other regions). What cannot be done is refused, never
// taken without effect.
// The words and their order were observed at the service; DynamoDB Local takes most of this without looking at it.

import type {
  BillingMode,
  CreateTableInput,
  OnDemandThroughput,
  SSESpecification,
  UpdateTableInput,
  WarmThroughput,
} from '../model/operations.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { type ArnScope, tableArn, tableNameOf } from './arn.ts'

const INVALID = 'One or more parameter values were invalid:'
const INITIAL_THROUGHPUT_PAGE =
  'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial'
/** Units a second that a table paid per request is ready for from the start. */
const INITIAL_READ_UNITS = 12_000
const INITIAL_WRITE_UNITS = 4000

/** Parameters of CreateTable and UpdateTable about other regions, and about what the API has gained since. */
const NOT_SUPPORTED = [
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'GlobalTableWitnessUpdates',
  'MultiRegionConsistency',
  'DisassociationProtectionEnabled',
  'VectorIndexes',
  'VectorIndexUpdates',
] as const

/** Units a second that a table or index is ready for. */
export interface WarmRecord {
  readonly readUnits: number
  readonly writeUnits: number
}

/** What something is ready for without having been asked to be ready for more. */
export interface ReadyFor extends WarmRecord {
  readonly billingMode: BillingMode
  /** In messages: `table`, or `index` and its name. */
  readonly resource: string
}

/**
 * Refuses settings of a new table that nothing here can have.
 *
 * @throws ServiceException `ValidationException`, `AccessDeniedException`
 */
export function checkNewSettings(input: CreateTableInput, scope: ArnScope): void {
  checkSupported(input)
  if (input.SSESpecification !== undefined) checkEncryption(input.SSESpecification, scope)
  if (input.ResourcePolicy !== undefined) {
    const resource = tableArn(scope, tableNameOf(input.TableName))
    throw new ServiceException(
      'AccessDeniedException',
      `User: arn:aws:iam::${scope.accountId}:root is not authorized to perform: dynamodb:PutResourcePolicy on resource: ${resource}`,
    )
  }
  const mode = input.BillingMode ?? 'PROVISIONED'
  checkOnDemand(input.OnDemandThroughput, { mode, mayClear: false, resource: 'table' })
  for (const { IndexName, OnDemandThroughput } of input.GlobalSecondaryIndexes ?? []) {
    checkOnDemand(OnDemandThroughput, { mode, mayClear: false, resource: `index : ${IndexName}` })
  }
}

/**
 * Refuses an UpdateTable request with settings that do not go together, or that nothing here can have.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkUpdatedSettings(input: UpdateTableInput, scope: ArnScope): void {
  checkSupported(input)
  checkTogether(input)
  const { SSESpecification, ReplicaUpdates } = input
  if (ReplicaUpdates !== undefined) {
    const region = ReplicaUpdates.map(({ Create, Update, Delete }) => Create ?? Update ?? Delete)[0]?.RegionName ?? ''
    throw validationException(
      `Region ${region} is not supported. The latest version of global tables are only supported in the following regions: []`,
    )
  }
  if (SSESpecification !== undefined) checkEncryption(SSESpecification, scope)
}

/** What the service says of a table that is to be encrypted with its own key, as every table is that says nothing. */
export function alreadyEncrypted(): ServiceException {
  return validationException(`${INVALID} Table is already encrypted by default`)
}

/** Whether warm throughput was given at all: the service takes an empty one for none. */
export function hasUnits(warm: WarmThroughput | undefined): warm is WarmThroughput {
  return warm?.ReadUnitsPerSecond !== undefined || warm?.WriteUnitsPerSecond !== undefined
}

/**
 * The warm throughput of a new table or index.
 *
 * @param ready what it is ready for anyway
 * @throws ServiceException `ValidationException` when it is less than that
 */
export function newWarmThroughput(warm: WarmThroughput | undefined, ready: ReadyFor): WarmRecord | undefined {
  if (!hasUnits(warm)) return undefined
  const why = (unit: 'Read' | 'Write'): string =>
    ready.billingMode === 'PROVISIONED'
      ? `${unit}CapacityUnits of ProvisionedThroughput`
      : `initial throughput for OnDemand. See: ${INITIAL_THROUGHPUT_PAGE}`
  return raisedThroughput(warm, ready, why)
}

/**
 * The warm throughput of a table or index that was asked to be ready for more.
 *
 * @param ready what it is ready for now
 * @throws ServiceException `ValidationException` when it is less than that
 */
export function changedWarmThroughput(warm: WarmThroughput, ready: ReadyFor): WarmRecord {
  return raisedThroughput(warm, ready, () => 'current WarmThroughput, decreasing WarmThroughput is not supported')
}

/** What a table or index is ready for. */
export function readyFor(
  warm: WarmRecord | undefined,
  { billingMode, throughput }: { readonly billingMode: BillingMode; readonly throughput: WarmRecord | undefined },
): WarmRecord {
  const isOnDemand = billingMode === 'PAY_PER_REQUEST'
  const readUnits = isOnDemand ? INITIAL_READ_UNITS : (throughput?.readUnits ?? 0)
  const writeUnits = isOnDemand ? INITIAL_WRITE_UNITS : (throughput?.writeUnits ?? 0)
  return {
    readUnits: Math.max(readUnits, warm?.readUnits ?? 0),
    writeUnits: Math.max(writeUnits, warm?.writeUnits ?? 0),
  }
}

/** What the most requests a second are set for, and how they are called in a message. */
export interface OnDemandCheck {
  readonly mode: BillingMode
  /** Whether -1 takes the bound away. */
  readonly mayClear: boolean
  /** `table`, or `index : ` and its name. */
  readonly resource: string
}

/**
 * Refuses bounds of requests a second that are out of range, or that go with capacity units.
 *
 * @throws ServiceException `ValidationException`
 */
export function checkOnDemand(
  bounds: OnDemandThroughput | undefined,
  { mode, mayClear, resource }: OnDemandCheck,
): void {
  for (const name of ['MaxReadRequestUnits', 'MaxWriteRequestUnits'] as const) {
    const units = bounds?.[name]
    if (units === undefined) continue
    if (mode === 'PROVISIONED') {
      throw validationException(
        `${INVALID} ${name} for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED`,
      )
    }
    if (units > 0 || (mayClear && units === -1)) continue
    throw validationException(
      `${INVALID} Requested ${name} for OnDemandThroughput for ${resource} is outside of valid range`,
    )
  }
}

function checkSupported(input: object): void {
  const name = NOT_SUPPORTED.find((candidate) => Object.hasOwn(input, candidate))
  if (name !== undefined) throw validationException(`${INVALID} ${name} is not supported`)
}

/** An update is about one thing: only the billing mode goes with others. */
function checkTogether(input: UpdateTableInput): void {
  const { GlobalSecondaryIndexUpdates: updates = [], WarmThroughput: warm, StreamSpecification } = input
  const given = [
    input.SSESpecification,
    input.TableClass,
    input.DeletionProtectionEnabled,
    hasUnits(warm) ? warm : undefined,
    input.OnDemandThroughput,
    input.ProvisionedThroughput,
    input.BillingMode,
    StreamSpecification,
    updates.length > 0 ? updates : undefined,
  ].filter((member) => member !== undefined).length
  if (given < 2) return
  const alone = [
    [input.SSESpecification, 'Server-Side Encryption modification'],
    [input.TableClass, 'TableClass modification'],
    [input.DeletionProtectionEnabled, 'DeletionProtection modification'],
    [hasUnits(warm) ? warm : undefined, 'WarmThroughput'],
  ] as const
  for (const [member, name] of alone) {
    if (member !== undefined) throw validationException(`${INVALID} ${name} must be the only operation in the request`)
  }
  const changesUnits = input.ProvisionedThroughput !== undefined || input.BillingMode === 'PROVISIONED'
  if (input.OnDemandThroughput !== undefined && !(given === 2 && input.BillingMode !== undefined)) {
    throw validationException(
      `${INVALID} OnDemandThroughput can only be combined with BillingMode in an UpdateTable request`,
    )
  }
  if (StreamSpecification !== undefined && changesUnits) {
    throw validationException(`${INVALID} You cannot modify stream status while updating table IOPS`)
  }
  if (!updates.some(({ Create, Delete }) => Create !== undefined || Delete !== undefined)) return
  if (input.ProvisionedThroughput !== undefined) {
    throw validationException(`${INVALID} You cannot create or delete index while updating table IOPS`)
  }
  if (StreamSpecification !== undefined) {
    throw validationException(`${INVALID} You cannot create or delete index while changing stream status`)
  }
}

/** Everything is encrypted by the browser or not at all; there are no keys of KMS. */
function checkEncryption({ Enabled = false, SSEType, KMSMasterKeyId }: SSESpecification, scope: ArnScope): void {
  if (!Enabled) {
    const name = SSEType !== undefined ? 'SSEType' : KMSMasterKeyId !== undefined ? 'KMSMasterKeyId' : undefined
    if (name !== undefined) throw validationException(`${INVALID} ${name} can not be specified if Enabled is false`)
    return
  }
  if (SSEType === 'AES256') throw validationException(`${INVALID} SSEType AES256 is not supported`)
  const alias = KMSMasterKeyId ?? `arn:aws:kms:${scope.region}:${scope.accountId}:alias/aws/dynamodb`
  throw validationException(
    `KMS validation error: com.amazonaws.services.kms.model.NotFoundException: Alias ${alias} is not found.`,
  )
}

function raisedThroughput(
  { ReadUnitsPerSecond, WriteUnitsPerSecond }: WarmThroughput,
  ready: ReadyFor,
  why: (unit: 'Read' | 'Write') => string,
): WarmRecord {
  const raised = (unit: 'Read' | 'Write', wanted: number | undefined, least: number): number => {
    if (wanted === undefined || wanted >= least) return wanted ?? least
    throw validationException(
      `${INVALID} Requested ${unit}UnitsPerSecond for WarmThroughput for ${ready.resource} is lower than ${why(unit)}`,
    )
  }
  return {
    readUnits: raised('Read', ReadUnitsPerSecond, ready.readUnits),
    writeUnits: raised('Write', WriteUnitsPerSecond, ready.writeUnits),
  }
}
