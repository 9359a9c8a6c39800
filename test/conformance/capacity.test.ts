// Replays the script of capacity units against the engine.

import { replayScript } from '../support/replay-script.ts'
import { capacityScript } from './scripts/capacity.ts'

replayScript(capacityScript)
