// A whole database in Node: the real client, the real wire and the real engine on the memory store, with a port in place
// of a worker.

import type { Database, OpenOptions } from '../../src/client/open-database.ts'
import { openDatabase } from '../../src/client/open-database.ts'
import { serve } from '../../worker/serve.ts'
import { type PortWorker, startPortWorker } from './port-worker.ts'

/** An open database and the workers that it has started. */
export interface MemoryDatabase {
  readonly database: Database
  readonly workers: readonly PortWorker[]
}

/** Opens a database that lives as long as its worker. */
export async function openMemoryDatabase(options: Partial<OpenOptions> = {}): Promise<MemoryDatabase> {
  const workers: PortWorker[] = []
  const database = await openDatabase({
    name: 'test',
    storage: 'memory',
    worker: () => {
      const worker = startPortWorker(serve)
      workers.push(worker)
      return worker.worker as Worker
    },
    ...options,
  })
  return { database, workers }
}
