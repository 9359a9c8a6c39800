// Replays the script of PutItem against the engine.

import { replayScript } from '../support/replay-script.ts'
import { putItemScript } from './scripts/put-item.ts'

replayScript(putItemScript)
