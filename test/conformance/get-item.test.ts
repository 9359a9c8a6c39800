// Replays the script of GetItem against the engine.

import { replayScript } from '../support/replay-script.ts'
import { getItemScript } from './scripts/get-item.ts'

replayScript(getItemScript)
