// What PutItem, UpdateItem and DeleteItem answer: the attributes asked for, capacity, metrics.

import type { AttributeSource } from '../model/attribute-value.ts'
import type { WriteItemOutput, WriteReportInput } from '../model/operations.ts'
import { type CapacityTally, consumedCapacity } from './capacity.ts'
import { itemCollectionMetrics } from './item-collection.ts'
import type { OutputRow } from './output-row.ts'
import type { TableWriter } from './table-writer.ts'

/** What a write of one item has to report. */
export interface WriteReport {
  readonly writer: TableWriter
  readonly tally: CapacityTally | undefined
  /** The item written, or its key. */
  readonly item: AttributeSource
  /** What ReturnValues asks for, if there is something. */
  readonly attributes: OutputRow | undefined
}

/** The output of a write, after the write. */
export function writeOutput(
  input: WriteReportInput,
  { writer, tally, item, attributes }: WriteReport,
): WriteItemOutput<OutputRow> {
  const facts = { item, tableSizeBytes: writer.tableSizeBytes }
  const metrics = itemCollectionMetrics(input.ReturnItemCollectionMetrics, writer.table, facts)
  return {
    ...(attributes !== undefined && { Attributes: attributes }),
    ...consumedCapacity(tally),
    ...(metrics !== undefined && { ItemCollectionMetrics: metrics }),
  }
}
