// Every figure that the benchmark takes, with its unit and the direction that is better.

/** What one figure says. */
export interface Metric {
  readonly label: string
  readonly unit: string
  readonly better: 'higher' | 'lower'
  /** Digits after the decimal point in the table. */
  readonly digits: number
}

/** The name of a figure. */
export type MetricName =
  | 'loadBy1000'
  | 'loadBy25'
  | 'durablePutMs'
  | 'concurrentPuts'
  | 'warmGetMs'
  | 'concurrentGets'
  | 'firstOfRangeMs'
  | 'byIndexMs'
  | 'scanMs'
  | 'filteredScanMs'
  | 'counterMs'
  | 'expireMs'
  | 'putWhileExpiringMs'
  | 'putBeforeExpiringMs'
  | 'openToFirstReadMs'
  | 'pageMemoryMb'
  | 'workerMemoryMb'
  | 'loadTaskMs'
  | 'loadTaskCpuMs'
  | 'scanTaskMs'
  | 'scanTaskCpuMs'
  | 'diskMb'
  | 'codeKb'

/** All figures in the order of the table. */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  loadBy1000: { label: 'load, 1,000 orders a batch', unit: 'items/s', better: 'higher', digits: 0 },
  loadBy25: { label: 'load, 25 orders a batch', unit: 'items/s', better: 'higher', digits: 0 },
  durablePutMs: { label: 'one durable put, p50', unit: 'ms', better: 'lower', digits: 3 },
  concurrentPuts: { label: '64 puts at once', unit: 'puts/s', better: 'higher', digits: 0 },
  warmGetMs: { label: 'warm get, p50', unit: 'ms', better: 'lower', digits: 3 },
  concurrentGets: { label: '64 gets at once', unit: 'gets/s', better: 'higher', digits: 0 },
  firstOfRangeMs: { label: 'first 10 of a range, p50', unit: 'ms', better: 'lower', digits: 3 },
  byIndexMs: { label: '100 by index, p50', unit: 'ms', better: 'lower', digits: 3 },
  scanMs: { label: 'whole scan', unit: 'ms', better: 'lower', digits: 0 },
  filteredScanMs: { label: 'filtered scan (1 in 100 matches)', unit: 'ms', better: 'lower', digits: 1 },
  counterMs: { label: 'atomic counter, p50', unit: 'ms', better: 'lower', digits: 3 },
  expireMs: { label: 'deleting all orders once they expire', unit: 'ms', better: 'lower', digits: 0 },
  putWhileExpiringMs: { label: '… one put meanwhile, p99', unit: 'ms', better: 'lower', digits: 1 },
  putBeforeExpiringMs: { label: '… one put before, p99', unit: 'ms', better: 'lower', digits: 1 },
  openToFirstReadMs: { label: 'open to first read, browser restarted', unit: 'ms', better: 'lower', digits: 0 },
  pageMemoryMb: { label: 'page memory while loading, highest', unit: 'MB', better: 'lower', digits: 1 },
  workerMemoryMb: { label: 'worker memory while loading, highest', unit: 'MB', better: 'lower', digits: 1 },
  loadTaskMs: { label: 'longest page task while loading', unit: 'ms', better: 'lower', digits: 1 },
  loadTaskCpuMs: { label: '… the most processor time of one', unit: 'ms', better: 'lower', digits: 1 },
  scanTaskMs: { label: 'longest page task while scanning', unit: 'ms', better: 'lower', digits: 1 },
  scanTaskCpuMs: { label: '… the most processor time of one', unit: 'ms', better: 'lower', digits: 1 },
  diskMb: { label: 'disk use', unit: 'MB', better: 'lower', digits: 1 },
  codeKb: { label: 'JavaScript, gzip', unit: 'KB', better: 'lower', digits: 1 },
}

/** Names of all figures, in the order of the table. */
export const METRIC_NAMES: readonly MetricName[] = Object.keys(METRICS) as MetricName[]

/** Some figures of one peer. */
export type Figures = Readonly<Partial<Record<MetricName, number>>>
