// Replays the script of CreateTable against the engine.

import { replayScript } from '../support/replay-script.ts'
import { createTableScript } from './scripts/create-table.ts'

replayScript(createTableScript)
