// The worker's entry. Importing it starts serving: `new Worker(…)` on this file, or `import 'tidetable/worker'` as the
// first line of an app's own worker file.

import { serve } from './serve.ts'

serve(self as unknown as Parameters<typeof serve>[0])
