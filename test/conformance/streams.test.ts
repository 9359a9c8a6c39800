// Replays the script of DynamoDB Streams against the engine.

import { replayScript } from '../support/replay-script.ts'
import { streamsScript } from './scripts/streams.ts'

replayScript(streamsScript)
