// Where the demo's chart puts positions.

import { describe, expect, it } from 'vitest'

import { NORTH_EDGE, projectionOf, SOUTH_EDGE } from '../../../demo/ui/chart-plot.ts'

describe('the chart’s projection', () => {
  it('puts the corners of the chart on its corners', () => {
    expect([
      projectionOf({ latitude: NORTH_EDGE, longitude: -180 }),
      projectionOf({ latitude: SOUTH_EDGE, longitude: 180 }),
    ]).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  it('draws a degree of latitude longer towards the pole, as Mercator does', () => {
    const heightOf = (south: number): number =>
      projectionOf({ latitude: south, longitude: 0 })[1] - projectionOf({ latitude: south + 1, longitude: 0 })[1]
    expect(heightOf(60) / heightOf(0)).toBeCloseTo(1 / Math.cos((60.5 * Math.PI) / 180), 2)
  })

  it('puts what lies beyond an edge on the edge', () => {
    expect(projectionOf({ latitude: 89, longitude: 181 })).toEqual([1, 0])
  })
})
