// The decision of UpdateTimeToLive: from a table's record and the request to the new record and the duty that follows from
// it, or to the service's refusal.
// @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html

import { TIME_TO_LIVE_CHANGE_INTERVAL_MS } from '../model/limits.ts'
import type { TimeToLiveDescription, TimeToLiveSpecification } from '../model/operations.ts'
import { validationException } from '../model/service-exception.ts'
import type { DropExpiryDuty, FillExpiryDuty } from './duty.ts'
import type { TableRecord } from './table-record.ts'

/** What follows from an UpdateTimeToLive request. */
export interface TimeToLiveUpdate {
  readonly record: TableRecord
  /** Work for the background. */
  readonly duty: FillExpiryDuty | DropExpiryDuty | undefined
}

/**
 * Decides what a request makes of a table.
 *
 * @param facts the time, and whether the table has items that are to be added to the index
 * @throws ServiceException `ValidationException`
 */
export function decideTimeToLive(
  record: TableRecord,
  { Enabled, AttributeName }: TimeToLiveSpecification,
  { nowMs, hasItems }: { readonly nowMs: number; readonly hasItems: boolean },
): TimeToLiveUpdate {
  const { timeToLive, tableId } = record
  const active = timeToLive?.status === 'DISABLED' ? undefined : timeToLive
  if (active !== undefined && active.attribute !== AttributeName) {
    throw validationException(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${active.attribute}`,
    )
  }
  if (Enabled && active !== undefined) throw validationException('TimeToLive is already enabled')
  if (!Enabled && active === undefined) throw validationException('TimeToLive is already disabled')
  if (timeToLive !== undefined && nowMs - timeToLive.changedAtMs < TIME_TO_LIVE_CHANGE_INTERVAL_MS) {
    throw validationException('Time to live has been modified multiple times within a fixed interval')
  }
  if (active !== undefined) {
    const disabled = { ...active, status: 'DISABLED', changedAtMs: nowMs } as const
    return {
      record: { ...record, timeToLive: disabled },
      duty: { kind: 'drop-expiry', tableId, indexId: active.indexId },
    }
  }
  const indexId = record.nextIndexId
  const status = hasItems ? 'ENABLING' : 'ENABLED'
  return {
    record: {
      ...record,
      nextIndexId: indexId + 1,
      timeToLive: { attribute: AttributeName, indexId, status, changedAtMs: nowMs },
    },
    duty: hasItems ? { kind: 'fill-expiry', tableName: record.name, tableId, indexId, doneUpTo: '' } : undefined,
  }
}

/** A table's time to live as DescribeTimeToLive answers it. */
export function describeRecordedTimeToLive({ timeToLive }: TableRecord): TimeToLiveDescription {
  if (timeToLive === undefined || timeToLive.status === 'DISABLED') return { TimeToLiveStatus: 'DISABLED' }
  return { TimeToLiveStatus: timeToLive.status, AttributeName: timeToLive.attribute }
}
