// Replays the script of UpdateTable against the engine.

import { replayScript } from '../support/replay-script.ts'
import { updateTableScript } from './scripts/update-table.ts'

replayScript(updateTableScript)
