// Replays the script of ScanFilter against the engine.

import { replayScript } from '../support/replay-script.ts'
import { scanFilterScript } from './scripts/scan-filter.ts'

replayScript(scanFilterScript)
