// Replays the script of DescribeTable against the engine.

import { replayScript } from '../support/replay-script.ts'
import { describeTableScript } from './scripts/describe-table.ts'

replayScript(describeTableScript)
