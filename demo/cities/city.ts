// A city as the page shows it, read from an item in DynamoDB's shape.

import type { AttributeValue, Item, Key } from 'tidetable'

/** A place on the globe, in degrees. */
export interface Position {
  readonly latitude: number
  readonly longitude: number
}

/** One city. */
export interface City {
  readonly country: string
  readonly place: string
  readonly name: string
  readonly region: string | undefined
  readonly latitude: number | undefined
  readonly longitude: number | undefined
  /** What the user has added. */
  readonly additions: readonly (readonly [name: string, value: AttributeValue])[]
  /** The whole item. */
  readonly item: Item
}

const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set(['country', 'place', 'name', 'region', 'latitude', 'longitude'])

/** Reads a city. An item that lost an attribute to an edit still makes a city. */
export function cityOf(item: Item): City {
  const place = text(item['place'])
  return {
    country: text(item['country']),
    place,
    name: text(item['name']) || place,
    region: text(item['region']) || undefined,
    latitude: degrees(item['latitude']),
    longitude: degrees(item['longitude']),
    additions: Object.entries(item).filter(([name]) => !KNOWN_ATTRIBUTES.has(name)),
    item,
  }
}

/** The primary key of a city. */
export function keyOf(city: City): Key {
  return { country: { S: city.country }, place: { S: city.place } }
}

/** A value in one line: texts and numbers as they are, everything else as the API writes it. */
export function valueText(value: AttributeValue | undefined): string {
  if (value === undefined) return 'not set'
  return 'S' in value || 'N' in value ? text(value) : JSON.stringify(value)
}

/** Where the city lies; undefined if an edit took that away. */
export function positionOf({ latitude, longitude }: City): Position | undefined {
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude }
}

function degrees(value: AttributeValue | undefined): number | undefined {
  return value !== undefined && 'N' in value ? Number(value.N) : undefined
}

function text(value: AttributeValue | undefined): string {
  if (value === undefined) return ''
  if ('S' in value) return value.S
  return 'N' in value ? value.N : ''
}
