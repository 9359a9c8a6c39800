// The functions that a processor profile spent most time in, as text.

import type { CpuProfile } from './devtools.ts'

const SHOWN_FUNCTIONS = 25

/** One line per function: its own time in ms and its share, without what it called. */
export function describeProfile({ nodes, samples = [], timeDeltas = [] }: CpuProfile): string {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, frameName(callFrame)]))
  const selfUsByName = new Map<string, number>()
  let totalUs = 0
  samples.forEach((nodeId, index) => {
    const name = names.get(nodeId) ?? '(unknown)'
    const elapsedUs = timeDeltas[index] ?? 0
    selfUsByName.set(name, (selfUsByName.get(name) ?? 0) + elapsedUs)
    totalUs += elapsedUs
  })
  return Array.from(selfUsByName)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, SHOWN_FUNCTIONS)
    .map(([name, selfUs]) => {
      const share = ((100 * selfUs) / totalUs).toFixed(1)
      return `  ${(selfUs / 1_000).toFixed(1).padStart(9)} ms ${share.padStart(5)} %  ${name}`
    })
    .join('\n')
}

function frameName({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  const file = url.slice(url.lastIndexOf('/') + 1)
  return file === '' ? name : `${name} ${file}:${lineNumber + 1}`
}
