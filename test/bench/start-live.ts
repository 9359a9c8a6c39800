// `npm run bench:live`: measures live queries.

import { runLiveBenchmark } from './live-run.ts'

await runLiveBenchmark()
