// Replays the script of BatchGetItem against the engine.

import { replayScript } from '../support/replay-script.ts'
import { batchGetItemScript } from './scripts/batch-get-item.ts'

replayScript(batchGetItemScript)
