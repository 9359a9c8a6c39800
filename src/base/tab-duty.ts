// A duty that one of several tabs does: the one that leads (leadership.ts), which says so to the others by a channel and
// hears from them that there is something to do.
//
// It ends within moments when the tab that has it is closed, and within ten seconds when that tab is frozen. A tab that was
// frozen may go on for a moment before it learns that it has lost the duty: whoever must not do that asks what is stored
// (as triggers do), or does only what the store refuses to do twice.

import type { Clock } from './clock.ts'
import { Leadership, type Locks } from './leadership.ts'
import type { TabChannel } from './tab-channel.ts'

/** What a duty is made of. */
export interface TabDutyOptions {
  /** Of its lock. */
  readonly lockName: string
  /** Undefined where there are none, or no other tabs: this tab then always has the duty. */
  readonly locks: Locks | undefined
  /** To the other tabs that may have it. Becomes the duty's own. */
  readonly channel: TabChannel | undefined
  readonly clock: Clock
  readonly onGained: () => void
  readonly onLost: () => void
  /** There may be something to do, or time to look. Only where the duty is. */
  readonly onWake?: () => void
}

/** This tab's part in a duty. */
export interface TabDuty {
  /** Has whoever has the duty look for work. */
  wake(): void
  /** Leaves it to the others. */
  close(): void
}

type DutyMessage = 'beat' | 'wake'

/** Takes part in a duty until it is closed. */
export function joinTabDuty(options: TabDutyOptions): TabDuty {
  const { lockName, locks, channel, clock, onGained, onLost, onWake } = options
  const send = (message: DutyMessage): void => channel?.postMessage(message)
  const leadership = new Leadership({
    lockName,
    locks,
    clock,
    beat() {
      send('beat')
      // A tab that was killed may have left something without a word.
      onWake?.()
    },
    onGained,
    onLost,
  })
  if (channel !== undefined) {
    channel.onmessage = ({ data }) => {
      if ((data as DutyMessage) === 'beat') leadership.heard()
      else if (leadership.leads) onWake?.()
    }
  }
  leadership.start()
  return {
    wake() {
      if (leadership.leads) onWake?.()
      else send('wake')
    },
    close() {
      leadership.close()
      channel?.close()
    },
  }
}
