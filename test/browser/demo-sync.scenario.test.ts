// The demo's two devices as its visitors meet them: both offline, both writing into the same lines, and back again; the
// conflict, the write that was put aside, a reload in the middle, no mouse; and two browsers with the cloud of `npm start`.

import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProfile, removeProfile } from '../support/browsers.ts'
import { longestTaskMs, openDemo, serveDemo, serveDemoWithCloud } from '../support/demo-browser.ts'
import type { DemoBrowser, DemoSite } from '../support/demo-browser.ts'
import { focusedName, tabTo, widestPixels } from '../support/page-focus.ts'

const LONG_TASK_MS = 50
const PHONE = { width: 360, height: 740 }
/** In the demo's first book. */
const FIRST_COUNT = 3

const profiles: string[] = []

afterAll(async () => {
  for (const profile of profiles) await removeProfile(profile)
})

async function openDevices(
  { url, close }: DemoSite,
  options: Parameters<typeof openDemo>[2] = {},
): Promise<DemoBrowser> {
  const profile = await createProfile('chromium')
  profiles.push(profile)
  return openDemo({ url: `${url}devices.html`, close }, profile, options)
}

/** One of the two devices of a page. */
class DeviceDriver {
  readonly frame: Locator

  constructor(page: Page, id: 'office' | 'boat') {
    this.frame = page.locator(`#${id}`)
  }

  ship(berth: string): Locator {
    return this.frame.getByRole('textbox', { name: berth })
  }

  async setOffline(isOffline: boolean): Promise<void> {
    const control = this.frame.getByRole('switch', { name: 'Airplane mode' })
    if ((await control.getAttribute('aria-checked')) !== String(isOffline)) await control.click()
    await this.frame.locator(`[role=switch][aria-checked=${isOffline}]`).waitFor()
  }

  /** Writes a ship's name as a person does. */
  async write(berth: string, ship: string): Promise<void> {
    await this.ship(berth).fill(ship)
    await this.ship(berth).press('Enter')
    await this.badge(berth, /pending|synced/)
  }

  async countOne(): Promise<void> {
    await this.frame.getByRole('button', { name: 'Count one' }).click()
  }

  /** Waits until a berth shows a ship. */
  async shows(berth: string, ship: string): Promise<void> {
    await expect.poll(() => this.ship(berth).inputValue()).toBe(ship)
  }

  async counts(count: number): Promise<void> {
    await this.frame.locator('output', { hasText: new RegExp(`^${count}$`) }).waitFor()
  }

  /** Waits for the badge of a line. */
  async badge(line: string, text: string | RegExp): Promise<void> {
    const row = this.frame.locator('.berths li, .counter', { hasText: line })
    await row.locator('.badge', { hasText: text }).waitFor()
  }

  async says(text: string | RegExp): Promise<void> {
    await this.frame.locator('.device-state', { hasText: text }).waitFor()
  }
}

function devicesOf(page: Page): readonly [office: DeviceDriver, boat: DeviceDriver] {
  return [new DeviceDriver(page, 'office'), new DeviceDriver(page, 'boat')]
}

async function bothInStep(devices: readonly DeviceDriver[]): Promise<void> {
  for (const device of devices) await device.says('In step with the cloud.')
}

describe('two devices with the cloud in the page', () => {
  let site: DemoSite
  let demo: DemoBrowser
  let page: Page
  let office: DeviceDriver
  let boat: DeviceDriver
  let shipCount = FIRST_COUNT

  beforeAll(async () => {
    site = await serveDemo()
    demo = await openDevices(site)
    page = demo.page
    ;[office, boat] = devicesOf(page)
  })

  afterAll(async () => {
    await demo.close()
    await site.close()
  })

  it('begin with the book of the cloud', async () => {
    await bothInStep([office, boat])
    for (const device of [office, boat]) {
      await device.counts(FIRST_COUNT)
      await device.shows('Berth 1', 'Anna Marie')
      await device.shows('Berth 3', '')
    }
    await expect.poll(() => page.locator('#cloud-place').textContent()).toContain('A third database in this browser')
  })

  it('show at once what the other one writes', async () => {
    await office.write('Berth 4', 'Northern Light')
    await boat.shows('Berth 4', 'Northern Light')
    await office.badge('Berth 4', 'synced')
    await expect.poll(() => page.locator('#cloud-lines').textContent()).toContain('Northern Light')
  })

  it('go on offline, each for itself, and keep what waits over a reload', async () => {
    for (const device of [office, boat]) await device.setOffline(true)
    await office.write('Berth 1', 'Albatross')
    await office.write('Berth 3', 'Petrel')
    await office.countOne()
    await boat.write('Berth 1', 'Bluebell')
    await boat.write('Berth 3', 'Puffin')
    await boat.countOne()
    await boat.countOne()
    await office.says('Offline, and at work. 3 writes wait.')
    await boat.says('Offline, and at work. 4 writes wait.')
    await page.reload()
    await office.says('Offline, and at work. 3 writes wait.')
    await boat.says('Offline, and at work. 4 writes wait.')
    await office.shows('Berth 1', 'Albatross')
    await boat.shows('Berth 1', 'Bluebell')
    await office.badge('Berth 1', 'pending')
    await office.counts(FIRST_COUNT + 1)
    await boat.counts(FIRST_COUNT + 2)
    await expect.poll(() => page.locator('#cloud-lines').textContent()).toContain('Anna Marie')
  })

  it('agree when they are back: the later name stands, and every ship was counted', async () => {
    await office.setOffline(false)
    // All that it wrote has to be there first: the free berth is given to whoever asks for it first.
    await office.says('In step with the cloud.')
    await boat.setOffline(false)
    await bothInStep([office, boat])
    shipCount += 3
    for (const device of [office, boat]) {
      await device.counts(shipCount)
      await device.shows('Berth 1', 'Bluebell')
      await device.shows('Berth 3', 'Petrel')
    }
    await expect.poll(() => page.locator('#cloud-lines').textContent()).toContain('Petrel')
  })

  it('list the conflict on the device that met it, and take another result', async () => {
    const conflict = boat.frame.locator('[data-part=conflict-list] li')
    await conflict.waitFor()
    expect(await conflict.locator('.sides').textContent()).toBe(
      'Before“Anna Marie”This device“Bluebell”Others“Albatross”Now“Bluebell”',
    )
    expect(await office.frame.locator('[data-part=conflict-list] li').count()).toBe(0)
    await page.reload()
    await conflict.getByRole('button', { name: 'Take “Albatross” for berth 1' }).click()
    await conflict.waitFor({ state: 'detached' })
    for (const device of [office, boat]) await device.shows('Berth 1', 'Albatross')
  })

  it('put the write aside that cannot be done any more, and ask for another berth instead', async () => {
    const parked = boat.frame.locator('[data-part=parked-list] li')
    await boat.badge('Berth 3', 'put aside')
    expect(await parked.locator('h4').textContent()).toBe('Berth 3 for “Puffin”')
    await parked.getByRole('button', { name: 'Try again: Berth 3 for “Puffin”' }).click()
    await parked.waitFor()
    await parked.getByRole('combobox').selectOption('berth 5')
    await parked.getByRole('button', { name: 'Ask for this berth in place of Berth 3 for “Puffin”' }).click()
    await parked.waitFor({ state: 'detached' })
    for (const device of [office, boat]) await device.shows('Berth 5', 'Puffin')
    await boat.badge('Berth 3', 'synced')
  })

  it('count the units that they use', async () => {
    const units = boat.frame.locator('.figures div', { hasText: 'Write units' }).locator('dd')
    await expect.poll(async () => Number(await units.textContent())).toBeGreaterThan(0)
    await boat.frame.getByRole('button', { name: 'Count units from now on' }).click()
    await expect.poll(async () => Number(await units.textContent())).toBe(0)
  })

  it('look at the cloud no more when the budget is used up, and say so, until there is another', async () => {
    const budget = boat.frame.getByRole('combobox', { name: 'Looking at the cloud may cost' })
    await budget.selectOption('3 units a minute')
    const isUsedUp = boat.frame.locator('.device-state', {
      hasText: /^The budget for reading is used up until \d\d:\d\d:\d\d\. Writes are sent\.$/,
    })
    // Left alone the boat looks ever more rarely; whatever the office counts is a reason to look at once.
    while (!(await isUsedUp.isVisible())) {
      await office.countOne()
      shipCount++
      const isCounted = boat.frame.locator('output', { hasText: new RegExp(`^${shipCount}$`) })
      await isUsedUp.or(isCounted).first().waitFor()
    }
    await office.countOne()
    shipCount++
    await office.counts(shipCount)
    await office.badge('Ships in today', 'synced')
    expect(Number(await boat.frame.locator('output').textContent())).toBeLessThan(shipCount)
    await page.reload()
    await boat.says('The budget for reading is used up until')
    await expect.poll(() => budget.inputValue()).toBe('3')
    await boat.countOne()
    shipCount++
    await office.counts(shipCount)
    await budget.selectOption('what it costs')
    await bothInStep([office, boat])
    await boat.counts(shipCount)
  })

  it('make a conflict for whoever asks, and never hold the page for longer than 50 ms', async () => {
    await boat.write('Berth 5', '')
    await office.shows('Berth 5', '')
    const longestMs = await longestTaskMs(page, async () => {
      await page.getByRole('button', { name: 'Make a conflict' }).click()
      await page.locator('#tryout-says', { hasText: 'Both are offline.' }).waitFor()
      await page.getByRole('button', { name: 'Bring both back online' }).click()
      await page.locator('#tryout-says', { hasText: 'Both are back and agree' }).waitFor()
    })
    expect(longestMs).toBeLessThan(LONG_TASK_MS)
    shipCount += 2
    for (const device of [office, boat]) await device.counts(shipCount)
  })

  it('can be used with the keyboard alone, with the focus always in sight', async () => {
    await page.reload()
    await bothInStep([office, boat])
    await page.keyboard.press('Tab')
    await expect.poll(() => focusedName(page)).toBe('Skip to the devices')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Airplane mode')
    await page.keyboard.press('Space')
    await office.says('Offline, and at work.')
    await tabTo(page, 'Count one')
    await page.keyboard.press('Enter')
    await office.says('1 write waits.')
    await tabTo(page, 'Berth 2')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('Sea Otter')
    await page.keyboard.press('Escape')
    await office.shows('Berth 2', 'Sea Wolf')
    await page.keyboard.type('Sea Otter')
    await page.keyboard.press('Enter')
    await office.says('2 writes wait.')
    await office.setOffline(false)
    await boat.shows('Berth 2', 'Sea WolfSea Otter')
    const discard = page.locator('[data-part=parked-list] button', { hasText: 'Discard' })
    await tabTo(page, (await discard.getAttribute('aria-label')) ?? '')
    await page.keyboard.press('Enter')
    await discard.waitFor({ state: 'detached' })
    await expect.poll(() => focusedName(page)).toBe('Airplane mode')
  })

  it('stay within the width of a phone', async () => {
    await page.setViewportSize(PHONE)
    expect(await widestPixels(page)).toBeLessThanOrEqual(PHONE.width)
  })

  it('have said nothing on the console all the while', () => {
    expect(demo.problems).toEqual([])
  })
})

describe('two browsers with the cloud of npm start', () => {
  it('converge, whatever they wrote offline', async () => {
    const site = await serveDemoWithCloud()
    const [one, other] = await Promise.all([openDevices(site), openDevices(site, { colorScheme: 'dark' })])
    const [office] = devicesOf(one.page)
    const [, boat] = devicesOf(other.page)
    const all = [...devicesOf(one.page), ...devicesOf(other.page)]
    await bothInStep(all)
    await expect.poll(() => other.page.locator('#cloud-place').textContent()).toContain('behind a gateway')
    for (const device of all) await device.setOffline(true)
    await office.write('Berth 2', 'Kittiwake')
    await boat.write('Berth 2', 'Lapwing')
    for (const device of all) await device.countOne()
    // One after another: of two names for a ship the one that is sent later stands.
    for (const device of all) {
      await device.setOffline(false)
      await device.says('In step with the cloud.')
    }
    for (const device of all) {
      await device.counts(FIRST_COUNT + all.length)
      await device.shows('Berth 2', 'Lapwing')
    }
    await expect.poll(() => other.page.locator('#cloud-lines').textContent()).toContain('Lapwing')
    expect([one.problems, other.problems]).toEqual([[], []])
    await one.close()
    await other.close()
    await site.close()
  })
})
