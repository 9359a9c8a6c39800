// Replays the script of the operations on tags against the engine.

import { replayScript } from '../support/replay-script.ts'
import { tagsScript } from './scripts/tags.ts'

replayScript(tagsScript)
