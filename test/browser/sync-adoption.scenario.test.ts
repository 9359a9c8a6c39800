// A browser whose table has thousands of items when its replication begins, and which is killed while they are queued.

import { expect, it } from 'vitest'
import { startBrowser } from '../support/browsers.ts'
import { conflictsOf, contentsOf, pendingOf, settle, useSyncStage, untilPushed } from '../support/sync-stage.ts'

const NOTES = 3000
const TIMEOUT_MS = 600_000

const onStage = useSyncStage()

it(
  'takes them all to the remote, once each, and ends replication again when it is told to',
  async () => {
    const [anna, ben] = [
      await onStage.stage.startDevice('anna', 'gateway'),
      await onStage.stage.startDevice('ben', 'gateway'),
    ]
    await ben.page.evaluate(() => window.notes.put({ list: 'home', id: 0, text: 'there' }))
    await ben.page.evaluate(untilPushed)
    await anna.page.evaluate(() => window.device.sync.stop())
    await anna.page.evaluate(writeMany, NOTES)

    await anna.page.close()
    anna.page = await onStage.stage.openPage(anna, 'gateway')
    await anna.browser.kill()
    anna.browser = await startBrowser('chromium', anna.profile)
    anna.page = await onStage.stage.openPage(anna, 'gateway')
    await settle(anna)
    await settle(ben)

    const remote = await onStage.stage.contents()
    expect(remote).toHaveLength(NOTES)
    expect(remote[0]).toMatchObject({ id: 0, text: 'there' })
    expect(await contentsOf(anna)).toEqual(remote)
    expect(await contentsOf(ben)).toEqual(remote)
    expect([await pendingOf(anna), await conflictsOf(anna)]).toEqual([0, 1])
  },
  TIMEOUT_MS,
)

/** Runs in a page. */
async function writeMany(count: number): Promise<void> {
  await window.notes.putMany(Array.from({ length: count }, (_, id) => ({ list: 'home', id, text: `here ${id}` })))
}
