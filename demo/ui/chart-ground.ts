// What a chart has before anything is on it: the graticule, the compass rose and the border.

import { NORTH_EDGE, SOUTH_EDGE, xOf, yOf, type Inks, type Plot } from './chart-plot.ts'
import { strokeLine } from './stroke-line.ts'

const BORDER_STEP_DEGREES = 10
const GRATICULE_STEP_DEGREES = 30
/** In the empty South Pacific. */
const ROSE = { latitude: -29, longitude: -128, shareOfWidth: 1 / 18 } as const

/** Draws the ground on an empty layer. */
export function drawGround(layer: CanvasRenderingContext2D, plot: Plot, inks: Inks): void {
  drawGraticule(layer, plot, inks)
  if (plot.isWide) {
    drawCompassRose(layer, {
      x: xOf(plot, ROSE.longitude),
      y: yOf(plot, ROSE.latitude),
      radius: plot.width * ROSE.shareOfWidth,
      inks,
    })
  }
  drawBorder(layer, plot, inks)
}

function drawGraticule(layer: CanvasRenderingContext2D, plot: Plot, inks: Inks): void {
  layer.lineWidth = 0.5
  layer.strokeStyle = inks.graticule
  layer.fillStyle = inks.soft
  layer.font = `600 10px ${getComputedStyle(layer.canvas).getPropertyValue('--narrow')}`
  layer.textAlign = 'left'
  for (let longitude = -150; longitude < 180; longitude += GRATICULE_STEP_DEGREES) {
    const x = xOf(plot, longitude)
    strokeLine(layer, [x, plot.top], [x, plot.top + plot.height])
    if (plot.isWide) layer.fillText(degreeLabel(longitude, 'E', 'W'), x + 3, plot.top + plot.height - 5)
  }
  for (let latitude = -30; latitude < NORTH_EDGE; latitude += GRATICULE_STEP_DEGREES) {
    const y = yOf(plot, latitude)
    strokeLine(layer, [plot.left, y], [plot.left + plot.width, y])
    if (plot.isWide) layer.fillText(degreeLabel(latitude, 'N', 'S'), plot.left + 4, y - 4)
  }
}

function degreeLabel(degrees: number, positive: string, negative: string): string {
  if (degrees === 0) return '0°'
  return `${Math.abs(degrees)}° ${degrees < 0 ? negative : positive}`
}

/** The border of a chart: alternating black and white, ten degrees each. */
function drawBorder(layer: CanvasRenderingContext2D, plot: Plot, inks: Inks): void {
  const right = plot.left + plot.width
  const bottom = plot.top + plot.height
  const band = plot.border - 2
  layer.fillStyle = inks.paper
  layer.fillRect(0, 0, right + plot.border, plot.top)
  layer.fillRect(0, bottom, right + plot.border, plot.border)
  layer.fillRect(0, 0, plot.left, bottom)
  layer.fillRect(right, 0, plot.border, bottom)
  layer.fillStyle = inks.ink
  for (let longitude = -180; longitude < 180; longitude += 2 * BORDER_STEP_DEGREES) {
    const x = xOf(plot, longitude)
    const width = xOf(plot, longitude + BORDER_STEP_DEGREES) - x
    layer.fillRect(x, plot.top - band, width, band)
    layer.fillRect(x, bottom, width, band)
  }
  for (let latitude = 70; latitude > SOUTH_EDGE; latitude -= 2 * BORDER_STEP_DEGREES) {
    const y = yOf(plot, latitude)
    const height = yOf(plot, latitude - BORDER_STEP_DEGREES) - y
    layer.fillRect(plot.left - band, y, band, height)
    layer.fillRect(right, y, band, height)
  }
  layer.lineWidth = 1
  layer.strokeStyle = inks.ink
  layer.strokeRect(plot.left - 0.5, plot.top - 0.5, plot.width + 1, plot.height + 1)
  layer.strokeRect(plot.left - band - 0.5, plot.top - band - 0.5, plot.width + 2 * band + 1, plot.height + 2 * band + 1)
}

/** In the overprint's colour, as charts have it. */
function drawCompassRose(
  layer: CanvasRenderingContext2D,
  rose: { readonly x: number; readonly y: number; readonly radius: number; readonly inks: Inks },
): void {
  const { x, y, radius, inks } = rose
  layer.save()
  layer.translate(x, y)
  layer.strokeStyle = inks.overprint
  layer.fillStyle = inks.overprint
  layer.globalAlpha = 0.75
  layer.lineWidth = 0.75
  for (const ring of [1, 0.72]) {
    layer.beginPath()
    layer.arc(0, 0, radius * ring, 0, 2 * Math.PI)
    layer.stroke()
  }
  for (let bearing = 0; bearing < 360; bearing += 5) {
    const angle = (bearing * Math.PI) / 180
    const inner = radius * (bearing % 90 === 0 ? 0.3 : bearing % 30 === 0 ? 0.8 : bearing % 10 === 0 ? 0.88 : 0.94)
    strokeLine(layer, polar(angle, inner), polar(angle, radius))
  }
  layer.beginPath()
  layer.moveTo(0, -radius * 1.3)
  layer.lineTo(radius * 0.12, -radius * 0.95)
  layer.lineTo(-radius * 0.12, -radius * 0.95)
  layer.fill()
  layer.restore()
}

function polar(angle: number, radius: number): readonly [number, number] {
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius]
}
