// Replays the script of PartiQL's SELECT against the engine.

import { replayScript } from '../support/replay-script.ts'
import { partiqlSelectScript } from './scripts/partiql-select.ts'

replayScript(partiqlSelectScript)
