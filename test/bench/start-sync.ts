// `npm run bench:sync`: measures a first sync.

import { runSyncBenchmark } from './sync-run.ts'

await runSyncBenchmark()
