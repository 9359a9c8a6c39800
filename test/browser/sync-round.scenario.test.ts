// A round of replication in the engines that the other scenarios do not use: two profiles are offline, write the same items,
// and come together.

import { describe, expect, it } from 'vitest'
import type { BrowserEngine } from '../support/browser-executables.ts'
import {
  conflictsOf,
  contentsOf,
  editOffline,
  pendingOf,
  settle,
  useSyncStage,
  writeNotes,
} from '../support/sync-stage.ts'

const NOTES = 25
const TIMEOUT_MS = 600_000

const onStage = useSyncStage()

describe.each<BrowserEngine>(['firefox', 'webkit'])('two profiles of %s', (engine) => {
  it(
    'converge after they were offline',
    async () => {
      const anna = await onStage.stage.startDevice('anna', 'dynamodb', engine)
      const ben = await onStage.stage.startDevice('ben', 'gateway', engine)
      await anna.page.evaluate(writeNotes, NOTES)
      await settle(anna)
      await settle(ben)
      for (const { network } of onStage.stage.devices) network.setOnline(false)
      await anna.page.evaluate(editOffline, 'anna', 20)
      await ben.page.evaluate(editOffline, 'ben', 21)
      expect(await pendingOf(anna)).toBeGreaterThan(0)
      for (const { network } of onStage.stage.devices) network.setOnline(true)
      for (const device of [anna, ben, anna, ben]) await settle(device)

      const remote = await onStage.stage.contents()
      expect(await contentsOf(anna)).toEqual(remote)
      expect(await contentsOf(ben)).toEqual(remote)
      // Counted by both; deleted one by each.
      expect(remote.find(({ id }) => id === 0)?.count).toBe(2)
      expect(remote).toHaveLength(NOTES - 2)
      expect((await conflictsOf(anna)) + (await conflictsOf(ben))).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )
})
