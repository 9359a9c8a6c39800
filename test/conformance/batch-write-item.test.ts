// Replays the script of BatchWriteItem against the engine.

import { replayScript } from '../support/replay-script.ts'
import { batchWriteItemScript } from './scripts/batch-write-item.ts'

replayScript(batchWriteItemScript)
