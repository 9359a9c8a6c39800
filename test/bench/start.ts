// `npm run bench`: runs the benchmark with the arguments of the command line.

import { runBenchmark } from './run.ts'

await runBenchmark(process.argv.slice(2))
