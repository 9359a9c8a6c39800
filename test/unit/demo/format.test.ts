// How the demo writes numbers, times and positions.

import { describe, expect, it } from 'vitest'

import { countryName, formatAngle, formatBytes, formatCities, formatDuration } from '../../../demo/ui/format.ts'

describe('the demo’s figures', () => {
  it('writes positions in degrees and minutes with their hemisphere', () => {
    const latitudes = [48.8534, -33.45694, 0, 59.9999].map((degrees) => formatAngle(degrees, ['N', 'S']))
    expect(latitudes).toEqual(['48°51.2′ N', '33°27.4′ S', '0°00.0′ N', '60°00.0′ N'])
  })

  it('writes a dash for a position that is missing', () => {
    expect(formatAngle(undefined, ['N', 'S'])).toBe('–')
  })

  it('writes durations with the digits that matter', () => {
    expect([0.04, 12.34, 250.4, 4_321].map(formatDuration)).toEqual(['0.0 ms', '12.3 ms', '250 ms', '4.3 s'])
  })

  it('writes sizes in decimal units', () => {
    expect([999, 1_500, 21_400_000].map(formatBytes)).toEqual(['999 bytes', '1.5 kB', '21.4 MB'])
  })

  it('counts one city and many cities', () => {
    expect([1, 171_075].map(formatCities)).toEqual(['1 city', '171,075 cities'])
  })

  it('names every country of the list', () => {
    expect(['US', 'JP', 'XK'].map(countryName)).toEqual(['United States', 'Japan', 'Kosovo'])
  })
})
