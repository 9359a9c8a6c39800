// What the database is made of for this worker at one moment: memtables over runs. A view never changes but for new
// versions in its newest memtable; snapshots hold on to the view they were taken from.

import type { Manifest } from './manifest-codec.ts'
import type { Memtable } from './memtable.ts'
import type { Run } from './run.ts'

/** A memtable and the stretch of the log that it holds. */
export interface MemtableLayer {
  readonly table: Memtable
  /** It holds the batches after this one. */
  readonly after: number
  /** The newest batch it holds; the head of the log for the layer that is written to. */
  upTo: number
  /** Bytes of keys and values of all these batches. */
  logBytes: number
}

/** Memtable layers over the runs of a manifest, whose checkpoint is where the oldest layer begins. */
export interface StoreView {
  readonly manifest: Manifest
  /** Newest first; the first is written to, the others wait to be flushed. */
  readonly layers: readonly MemtableLayer[]
  /** Newest first. */
  readonly runs: readonly Run[]
}
