// Replays the script of Scan against the engine.

import { replayScript } from '../support/replay-script.ts'
import { scanScript } from './scripts/scan.ts'

replayScript(scanScript)
