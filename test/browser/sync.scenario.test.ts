// Two browser profiles that replicate with one server: on both roads, offline in the middle, with conflicts, with a tab that
// is closed, one that is frozen, and a browser that is killed.

import { describe, expect, it } from 'vitest'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import { startChromium } from '../support/chromium-tabs.ts'
import {
  conflictsOf,
  contentsOf,
  countOnce,
  doesReplicate,
  editOffline,
  pendingOf,
  type Road,
  settle,
  useSyncStage,
  untilPushed,
  untilQuiet,
  untilReplicating,
  untilResting,
  untilState,
  writeNotes,
} from '../support/sync-stage.ts'

const NOTES = 40
const TIMEOUT_MS = 600_000

const onStage = useSyncStage()

describe.each<Road>(['dynamodb', 'gateway'])('two profiles that replicate by %s', (road) => {
  it(
    'converge, whatever was offline, closed or killed meanwhile',
    async () => {
      const [anna, ben] = [await onStage.stage.startDevice('anna', road), await onStage.stage.startDevice('ben', road)]
      await anna.page.evaluate(writeNotes, NOTES)
      await settle(anna)
      await settle(ben)
      expect(await contentsOf(ben)).toEqual(await onStage.stage.contents())
      expect(await contentsOf(ben)).toHaveLength(NOTES)

      for (const { network } of onStage.stage.devices) network.setOnline(false)
      await anna.page.evaluate(editOffline, 'anna', 20)
      await ben.page.evaluate(editOffline, 'ben', 21)
      await anna.browser.kill()
      await ben.page.close()
      anna.browser = await startBrowser('chromium', anna.profile)
      for (const device of onStage.stage.devices) device.page = await onStage.stage.openPage(device, road)
      expect(await pendingOf(anna)).toBeGreaterThan(0)
      // Something else happens on both before the network is back.
      await anna.page.evaluate(editOffline, 'anna again', 22)
      await ben.page.evaluate(editOffline, 'ben again', 23)
      for (const { network } of onStage.stage.devices) network.setOnline(true)
      // Each pushes what the other has to see, then sees what the other has pushed.
      for (const device of [anna, ben, anna, ben]) await settle(device)

      const remote = await onStage.stage.contents()
      expect(await contentsOf(anna)).toEqual(remote)
      expect(await contentsOf(ben)).toEqual(remote)
      // Counted by both, twice each; deleted by one each time.
      expect(remote.find(({ id }) => id === 0)?.count).toBe(4)
      expect(remote).toHaveLength(NOTES - 4)
      const conflicts = [await conflictsOf(anna), await conflictsOf(ben)] as const
      console.log(`${road}: ${remote.length} notes, conflicts decided: ${conflicts.join(' and ')}`)
      expect(conflicts[0] + conflicts[1]).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it(
    'go on in another tab when the one that replicates is closed',
    async () => {
      const anna = await onStage.stage.startDevice('anna', road)
      const second = await onStage.stage.openPage(anna, road)
      expect([await doesReplicate(anna.page), await doesReplicate(second)]).toEqual([true, false])

      await anna.page.close()
      anna.page = second
      await second.evaluate(untilReplicating)
      await second.evaluate(writeNotes, 1)
      await second.evaluate(untilPushed)

      expect(await onStage.stage.contents()).toHaveLength(1)
    },
    TIMEOUT_MS,
  )
})

describe('a tab', () => {
  it(
    'that is frozen while it replicates is replaced, and goes on as one of those that wait',
    async () => {
      const profile = await createProfile('chromium')
      const browser = await startChromium(profile)
      const network = await onStage.stage.createNetwork('dynamodb')
      try {
        const first = await browser.open(onStage.stage.pageUrl)
        await onStage.stage.openDatabase(first, network, 'dynamodb')
        await first.evaluate(writeNotes, 1)
        await first.evaluate(untilPushed)
        const second = await browser.open(onStage.stage.pageUrl)
        await onStage.stage.openDatabase(second, network, 'dynamodb')
        expect([await doesReplicate(first), await doesReplicate(second)]).toEqual([true, false])

        // What it has begun to push when it is frozen is pushed by the other, once.
        network.setOnline(false)
        await first.evaluate(countOnce)
        await first.evaluate(untilQuiet)
        await first.freeze()
        network.setOnline(true)
        await second.evaluate(untilReplicating)
        await second.evaluate(countOnce)
        await second.evaluate(untilPushed)
        expect(await onStage.stage.contents()).toMatchObject([{ id: 0, count: 2 }])

        await first.thaw()
        await first.evaluate(countOnce)
        await first.evaluate(untilResting)
        await second.evaluate(() => window.device.sync.now())
        const [there] = await onStage.stage.contents()
        expect(there).toMatchObject({ id: 0, count: 3 })
        for (const page of [first, second]) {
          expect(await pendingOf({ page })).toBe(0)
          expect(await contentsOf({ page })).toEqual([there])
        }
        expect([await doesReplicate(first), await doesReplicate(second)]).toEqual([false, true])
      } finally {
        await browser.close()
        await network.close()
        await removeProfile(profile)
      }
    },
    TIMEOUT_MS,
  )

  it(
    'pauses and resumes for all, and goes on when its worker is lost',
    async () => {
      const anna = await onStage.stage.startDevice('anna', 'dynamodb')
      const second = await onStage.stage.openPage(anna, 'dynamodb')
      await second.evaluate(() => window.device.sync.pause())
      await anna.page.evaluate(untilState, 'paused')
      await second.evaluate(writeNotes, 1)
      expect(await onStage.stage.contents()).toEqual([])

      await anna.page.evaluate(() => window.lastWorker.terminate())
      await anna.page.evaluate(() => window.device.sync.export())
      expect([await pendingOf(anna), await onStage.stage.contents()]).toEqual([1, []])

      await anna.page.evaluate(() => window.device.sync.resume())
      await second.evaluate(untilPushed)
      expect(await onStage.stage.contents()).toHaveLength(1)
    },
    TIMEOUT_MS,
  )
})
