// Replays the script of AttributeUpdates against the engine.

import { replayScript } from '../support/replay-script.ts'
import { attributeUpdatesScript } from './scripts/attribute-updates.ts'

replayScript(attributeUpdatesScript)
