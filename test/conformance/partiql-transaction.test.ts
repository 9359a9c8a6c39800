// Replays the script of PartiQL's transactions against the engine.

import { replayScript } from '../support/replay-script.ts'
import { partiqlTransactionScript } from './scripts/partiql-transaction.ts'

replayScript(partiqlTransactionScript)
