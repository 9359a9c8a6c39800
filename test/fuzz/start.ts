// `npm run fuzz -- --runs 1000000 --seed 1` makes so many attempts to break what takes input: expressions, numbers, base64,
// packed items, requests of all operations, HTTP. It ends at the first error that is neither an exception of the service nor
// a documented one, and prints how to make that attempt again.

import { parseArgs } from 'node:util'
import { runFuzz } from './run-fuzz.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
  },
})
const tallies = await runFuzz(
  { runs: Number(values.runs), seed: Number(values.seed), first: Number(values.first) },
  (runs) => console.log(`${runs} attempts`),
)
for (const { name, attempts, accepted, durationMs, slowestMs } of tallies) {
  const each = ((durationMs / Math.max(attempts, 1)) * 1000).toFixed(0)
  console.log(
    `${String(attempts).padStart(8)} ${name.padEnd(20)} ${accepted} accepted, ${each} µs each, slowest ${slowestMs.toFixed(1)} ms`,
  )
}
