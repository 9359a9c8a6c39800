// Replays the script of UpdateTimeToLive and DescribeTimeToLive against the engine.

import { replayScript } from '../support/replay-script.ts'
import { timeToLiveScript } from './scripts/time-to-live.ts'

replayScript(timeToLiveScript)
