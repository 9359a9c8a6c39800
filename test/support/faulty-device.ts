// A log device whose n-th step goes wrong in a chosen way.

import { DatabaseError } from '../../src/base/database-error.ts'
import type { AppendOutcome, LogDevice } from '../../src/storage/log-device.ts'

/**
 * What happens at the chosen step:
 * - `fails`: it fails and has no effect.
 * - `fails-late`: it takes effect and fails all the same.
 * - `full`: the quota is used up; no effect.
 * - `repeats`: the connection is lost after it took effect, so the device repeats it, or does not know if it was an
 *   append.
 * - `lost`: an append's connection is lost before it took effect; other steps are as they should be.
 * - `dies` and `dies-late`: it and all later steps fail, without and with its own effect.
 */
export type Fault = 'fails' | 'fails-late' | 'full' | 'repeats' | 'lost' | 'dies' | 'dies-late'

/** All faults. */
export const FAULTS: readonly Fault[] = ['fails', 'fails-late', 'full', 'repeats', 'lost', 'dies', 'dies-late']

/** A device that fails once, and what it has done. */
export interface FaultyDevice extends LogDevice {
  /** How many steps were taken. */
  stepCount(): number
  /** Resolves when no step was under way for a few tasks on end. */
  quiet(): Promise<void>
}

const QUIET_TURNS = 12

/** Wraps `device`; step `failAt`, counted from 1, goes wrong. */
export function createFaultyDevice(device: LogDevice, failAt: number, fault: Fault): FaultyDevice {
  let steps = 0
  let underWay = 0
  let isDead = false
  const failed = (): DatabaseError => new DatabaseError('StorageFailed', 'The device failed as it was told to.')

  const attempt = async <T>(step: () => Promise<T>, onLost: () => T | Promise<T>): Promise<T> => {
    if (isDead) throw failed()
    steps++
    if (steps !== failAt) return step()
    switch (fault) {
      case 'fails':
        throw failed()
      case 'full':
        throw new DatabaseError('StorageFull', "The origin's storage quota is used up.")
      case 'dies':
        isDead = true
        throw failed()
      case 'fails-late':
        await step()
        throw failed()
      case 'dies-late':
        isDead = true
        await step()
        throw failed()
      case 'repeats':
        await step()
        return onLost()
      case 'lost':
        return onLost()
    }
  }
  const run = async <T>(step: () => Promise<T>, onLost: () => T | Promise<T> = step): Promise<T> => {
    underWay++
    try {
      return await attempt(step, onLost)
    } finally {
      underWay--
    }
  }

  return {
    open: () => device.open(),
    append: (request) =>
      run<AppendOutcome>(
        () => device.append(request),
        () => 'unknown',
      ),
    readLog: (request) => run(() => device.readLog(request)),
    cutLog: (upTo) => run(() => device.cutLog(upTo)),
    readManifest: () => run(() => device.readManifest()),
    changeManifest: (change) => run(() => device.changeManifest(change)),
    readPages: (ranges) => run(() => device.readPages(ranges)),
    writePages: (first, pages) => run(() => device.writePages(first, pages)),
    deletePages: (range) => run(() => device.deletePages(range)),
    listPageGroups: (groupPages) => run(() => device.listPageGroups(groupPages)),
    close: () => device.close(),
    stepCount: () => steps,
    async quiet() {
      for (let turns = 0; turns < QUIET_TURNS; turns++) {
        await new Promise((resolve) => setImmediate(resolve))
        if (underWay > 0) turns = 0
      }
    },
  }
}
