// Replays the script of KeyConditions and QueryFilter against the engine.

import { replayScript } from '../support/replay-script.ts'
import { keyConditionsScript } from './scripts/key-conditions.ts'

replayScript(keyConditionsScript)
