// Replays the script of PartiQL's batches against the engine.

import { replayScript } from '../support/replay-script.ts'
import { partiqlBatchScript } from './scripts/partiql-batch.ts'

replayScript(partiqlBatchScript)
