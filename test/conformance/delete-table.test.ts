// Replays the script of DeleteTable against the engine.

import { replayScript } from '../support/replay-script.ts'
import { deleteTableScript } from './scripts/delete-table.ts'

replayScript(deleteTableScript)
