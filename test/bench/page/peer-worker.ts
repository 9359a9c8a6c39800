// The worker's side of peer-in-worker.ts.

import { createPeer } from '#peer'
import * as Comlink from 'comlink'

Comlink.expose(createPeer())
