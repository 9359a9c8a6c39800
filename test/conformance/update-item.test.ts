// Replays the script of UpdateItem against the engine.

import { replayScript } from '../support/replay-script.ts'
import { updateItemScript } from './scripts/update-item.ts'

replayScript(updateItemScript)
