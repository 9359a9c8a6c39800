// Replays the script of PartiQL's request parameters against the engine.

import { replayScript } from '../support/replay-script.ts'
import { partiqlRequestsScript } from './scripts/partiql-requests.ts'

replayScript(partiqlRequestsScript)
