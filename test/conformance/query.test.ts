// Replays the script of Query against the engine.

import { replayScript } from '../support/replay-script.ts'
import { queryScript } from './scripts/query.ts'

replayScript(queryScript)
