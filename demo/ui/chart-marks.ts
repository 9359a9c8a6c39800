// What is marked on the chart: the cities of the answer, and the band that was asked about.

import type { Position } from '../cities/city.ts'
import { xOf, yOf, type Inks, type Plot } from './chart-plot.ts'

const RING_RADIUS_PIXELS = 4.5
const NARROW_RING_RADIUS_PIXELS = 3

/** Rings around positions, and a band between two parallels. */
export interface ChartMarks {
  readonly positions: readonly Position[]
  readonly band?: { readonly south: number; readonly north: number }
}

/** Draws the marks in place of those that the layer has. */
export function drawMarks(layer: CanvasRenderingContext2D, plot: Plot, inks: Inks, marks: ChartMarks): void {
  layer.clearRect(0, 0, layer.canvas.width, layer.canvas.height)
  layer.fillStyle = inks.overprint
  layer.strokeStyle = inks.overprint
  if (marks.band !== undefined) {
    const top = yOf(plot, marks.band.north)
    layer.globalAlpha = 0.14
    layer.fillRect(plot.left, top, plot.width, yOf(plot, marks.band.south) - top)
  }
  layer.globalAlpha = 1
  layer.lineWidth = 1.25
  const radius = plot.isWide ? RING_RADIUS_PIXELS : NARROW_RING_RADIUS_PIXELS
  for (const { latitude, longitude } of marks.positions) {
    layer.beginPath()
    layer.arc(xOf(plot, longitude), yOf(plot, latitude), radius, 0, 2 * Math.PI)
    layer.stroke()
  }
}
