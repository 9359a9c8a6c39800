// Replays the script of ListTables against the engine.

import { replayScript } from '../support/replay-script.ts'
import { listTablesScript } from './scripts/list-tables.ts'

replayScript(listTablesScript)
