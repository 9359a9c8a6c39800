// Replays the script of Expected against the engine.

import { replayScript } from '../support/replay-script.ts'
import { expectedScript } from './scripts/expected.ts'

replayScript(expectedScript)
