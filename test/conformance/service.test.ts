// Replays the script of DescribeLimits and DescribeEndpoints against the engine.

import { replayScript } from '../support/replay-script.ts'
import { serviceScript } from './scripts/service.ts'

replayScript(serviceScript)
