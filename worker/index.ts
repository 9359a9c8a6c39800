// The worker's entry. Importing it starts serving: `new Worker(…)` on this file, or `import 'tidetable/worker'` as the
// first line of an app's own worker file, which may define triggers.

import type { Endpoint } from 'comlink'
import { serve } from './serve.ts'

export type { WorkerChange, WorkerTrigger, WorkerTriggerContext } from './define-trigger.ts'
export { defineTrigger } from './define-trigger.ts'

// The compiler knows the scope of a page; a dedicated worker's has the same members that are used here.
serve(self as unknown as Endpoint)
// A request that cannot be read is lost, and its calls would wait for nothing: end, so that the page starts a new worker.
self.addEventListener('messageerror', () => self.close())
