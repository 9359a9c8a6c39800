// The peers of the benchmark, in the order of the table. The first is the baseline of all ratios.

/** One column of the table. */
export interface PeerEntry {
  /** As `--peers` names it. */
  readonly name: string
  readonly label: string
  /** Its file in `peers/`, without ending. */
  readonly file: string
  /** Whether its code runs in the page, or in a worker behind plain Comlink. */
  readonly place: 'page' | 'worker'
}

/** All peers. */
export const PEERS: readonly PeerEntry[] = [
  { name: 'idb', label: 'idb in the page', file: 'idb', place: 'page' },
  { name: 'idb-worker', label: 'idb in a worker', file: 'idb', place: 'worker' },
  { name: 'tidetable', label: 'Tidetable', file: 'tidetable', place: 'page' },
]
