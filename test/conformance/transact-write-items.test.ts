// Replays the script of TransactWriteItems against the engine.

import { replayScript } from '../support/replay-script.ts'
import { transactWriteItemsScript } from './scripts/transact-write-items.ts'

replayScript(transactWriteItemsScript)
