// Replays the script of TransactGetItems against the engine.

import { replayScript } from '../support/replay-script.ts'
import { transactGetItemsScript } from './scripts/transact-get-items.ts'

replayScript(transactGetItemsScript)
