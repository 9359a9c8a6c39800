// `npm run bench`: Node 20 does not read TypeScript, so Vite loads the benchmark.

import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('./run.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'warn',
})
await module.runBenchmark(process.argv.slice(2))
