// Turns the figures of all rounds into medians, ratios and a table.

import { METRIC_NAMES, METRICS } from './metrics.ts'
import type { Figures, MetricName } from './metrics.ts'
import type { PeerEntry } from './peers.ts'
import { median } from './statistics.ts'

/** All figures of one peer. */
export interface PeerFigures {
  readonly peer: PeerEntry
  readonly rounds: readonly Figures[]
  readonly observed: Figures
}

/** What Tidetable promises against the baseline, measured in the same run. */
export interface Target {
  readonly metric: MetricName
  /** How many times as good as the baseline, at least. */
  readonly ratio: number
}

/** The promises. */
export const TARGETS: readonly Target[] = [
  { metric: 'loadBy1000', ratio: 4 },
  { metric: 'concurrentGets', ratio: 5 },
  { metric: 'warmGetMs', ratio: 1.7 },
]

/** The median of a figure over the rounds, or the observed one; undefined when the peer has none. */
export function medianOf({ rounds, observed }: PeerFigures, metric: MetricName): number | undefined {
  const values = rounds.map((figures) => figures[metric]).filter((value) => value !== undefined)
  return values.length === 0 ? observed[metric] : median(values)
}

/**
 * How many times as good as the baseline a peer is: the median of the ratios within each round, because the machine's
 * speed drifts from round to round. Undefined when there is nothing to compare.
 */
export function ratioOf(peer: PeerFigures, baseline: PeerFigures, metric: MetricName): number | undefined {
  const { better } = METRICS[metric]
  const compare = (own: number | undefined, other: number | undefined): number | undefined => {
    if (own === undefined || other === undefined || own === 0 || other === 0) return undefined
    return better === 'higher' ? own / other : other / own
  }
  const ratios = peer.rounds
    .map((figures, round) => compare(figures[metric], baseline.rounds[round]?.[metric]))
    .filter((ratio) => ratio !== undefined)
  return ratios.length === 0 ? compare(peer.observed[metric], baseline.observed[metric]) : median(ratios)
}

/** One row per figure: medians of each peer, and how many times as good as the first peer the others are. */
export function formatTable(peers: readonly PeerFigures[]): string {
  const [baseline, ...others] = peers
  if (baseline === undefined) return ''
  const header = [
    'figure (median of rounds)',
    'unit',
    ...peers.map(({ peer }) => peer.label),
    ...others.map(({ peer }) => `${peer.name} ÷ ${baseline.peer.name}`),
  ]
  const rows = METRIC_NAMES.map((metric) => [
    METRICS[metric].label,
    METRICS[metric].unit,
    ...peers.map((peer) => formatValue(metric, medianOf(peer, metric))),
    ...others.map((peer) => formatRatio(ratioOf(peer, baseline, metric))),
  ])
  return alignColumns([header, ...rows])
}

/** One line per promise: kept or not, or that it was not measured. */
export function formatTargets(peers: readonly PeerFigures[], name: string): string {
  const baseline = peers[0]
  const own = peers.find(({ peer }) => peer.name === name)
  if (baseline === undefined || own === undefined || own === baseline) return ''
  return TARGETS.map(({ metric, ratio }) => {
    const measured = ratioOf(own, baseline, metric)
    const verdict = measured === undefined ? 'not measured' : measured >= ratio ? 'met' : 'MISSED'
    const figure = formatRatio(measured)
    return `  ${METRICS[metric].label}: ${figure} as good as ${baseline.peer.label}, at least ${formatRatio(ratio)}: ${verdict}`
  }).join('\n')
}

function formatValue(metric: MetricName, value: number | undefined): string {
  if (value === undefined) return '–'
  const { digits } = METRICS[metric]
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function formatRatio(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${ratio.toFixed(2)}×`
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  const rule = widths.map((width) => '─'.repeat(width)).join('──')
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
