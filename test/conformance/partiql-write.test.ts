// Replays the script of PartiQL's INSERT, UPDATE and DELETE against the engine.

import { replayScript } from '../support/replay-script.ts'
import { partiqlWriteScript } from './scripts/partiql-write.ts'

replayScript(partiqlWriteScript)
