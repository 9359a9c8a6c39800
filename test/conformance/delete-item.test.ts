// Replays the script of DeleteItem against the engine.

import { replayScript } from '../support/replay-script.ts'
import { deleteItemScript } from './scripts/delete-item.ts'

replayScript(deleteItemScript)
