// The chart: one dot for each city that is stored, on Mercator's projection in a chart's black and white border, and the
// marks of the answer on a second canvas above it. Dots are painted a few milliseconds per frame, never in a long task.

import type { Position } from '../cities/city.ts'
import { formatCities } from './format.ts'
import { childElement } from './page-element.ts'

/** What the upper canvas shows: rings around positions, and a band between two parallels. */
export interface ChartMarks {
  readonly positions: readonly Position[]
  readonly band?: { readonly south: number; readonly north: number }
}

/** A chart on the page. */
export interface WorldChart {
  /** Adds dots; they are painted in the next frames. */
  addCities(positions: readonly Position[]): void
  /** Takes away the dot of one city, if there is one. */
  removeCity(position: Position): void
  /** Takes away all dots and marks. */
  clear(): void
  mark(marks: ChartMarks): void
}

const NORTH_EDGE = 79
const SOUTH_EDGE = -57
const BORDER_PIXELS = 9
const NARROW_BORDER_PIXELS = 6
const BORDER_STEP_DEGREES = 10
const GRATICULE_STEP_DEGREES = 30
const PAINT_BUDGET_MS = 4
const DOTS_PER_CHECK = 1_000
const RING_RADIUS_PIXELS = 4.5
const NARROW_RING_RADIUS_PIXELS = 3
/** A narrower chart has finer marks and no labels. */
const WIDE_CHART_PIXELS = 500

const NORTH_Y = mercator(NORTH_EDGE)
const MERCATOR_HEIGHT = NORTH_Y - mercator(SOUTH_EDGE)

/** Where the chart's inner frame lies, in CSS pixels. */
interface Plot {
  readonly isWide: boolean
  /** Width of the border around it. */
  readonly border: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

type Inks = Readonly<Record<'ink' | 'soft' | 'paper' | 'land' | 'graticule' | 'overprint', string>>

/** Draws into the two canvases of `frame`, anew whenever its size or the colour scheme changes. */
export function createWorldChart(frame: HTMLElement): WorldChart {
  const land = layerOf(frame, 'canvas.chart-land')
  const upper = layerOf(frame, 'canvas.chart-marks')
  let dots: Position[] = []
  let paintedCount = 0
  let marks: ChartMarks = { positions: [] }
  let frameRequested = false
  let stale = true

  const paint = (): void => {
    frameRequested = false
    const inks = readInks(frame)
    const plot = plotOf(frame)
    if (stale) {
      stale = false
      paintedCount = 0
      fitToFrame(land, frame)
      fitToFrame(upper, frame)
      drawGround(land, plot, inks)
      drawMarks(upper, plot, inks, marks)
    }
    paintedCount = paintDots(land, { plot, dots, start: paintedCount, colour: inks.land })
    if (paintedCount < dots.length) schedule()
    else frame.setAttribute('aria-label', `Chart of the world with ${formatCities(dots.length)}`)
  }
  const schedule = (): void => {
    if (frameRequested) return
    frameRequested = true
    requestAnimationFrame(paint)
  }
  const repaint = (): void => {
    stale = true
    schedule()
  }

  new ResizeObserver(repaint).observe(frame)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint)

  return {
    addCities(positions) {
      for (const position of positions) dots.push(position)
      schedule()
    },
    removeCity({ latitude, longitude }) {
      const index = dots.findIndex((dot) => dot.latitude === latitude && dot.longitude === longitude)
      if (index === -1) return
      dots.splice(index, 1)
      repaint()
    },
    clear() {
      dots = []
      marks = { positions: [] }
      repaint()
    },
    mark(newMarks) {
      marks = newMarks
      if (!stale) drawMarks(upper, plotOf(frame), readInks(frame), marks)
    },
  }
}

function layerOf(frame: HTMLElement, selector: string): CanvasRenderingContext2D {
  const context = childElement(frame, selector, HTMLCanvasElement).getContext('2d')
  if (context === null) throw new Error('This browser does not draw on a canvas.')
  return context
}

function fitToFrame(layer: CanvasRenderingContext2D, frame: HTMLElement): void {
  const scale = devicePixelRatio
  layer.canvas.width = Math.round(frame.clientWidth * scale)
  layer.canvas.height = Math.round(frame.clientHeight * scale)
  layer.setTransform(scale, 0, 0, scale, 0, 0)
}

function plotOf(frame: HTMLElement): Plot {
  const isWide = frame.clientWidth >= WIDE_CHART_PIXELS
  const border = isWide ? BORDER_PIXELS : NARROW_BORDER_PIXELS
  return {
    isWide,
    border,
    left: border,
    top: border,
    width: frame.clientWidth - 2 * border,
    height: frame.clientHeight - 2 * border,
  }
}

function readInks(frame: HTMLElement): Inks {
  const style = getComputedStyle(frame)
  const ink = (name: string): string => style.getPropertyValue(name).trim()
  return {
    ink: ink('--ink'),
    soft: ink('--ink-soft'),
    paper: ink('--paper'),
    land: ink('--land'),
    graticule: ink('--graticule'),
    overprint: ink('--overprint'),
  }
}

function mercator(latitude: number): number {
  return Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))
}

function xOf(plot: Plot, longitude: number): number {
  return plot.left + ((longitude + 180) / 360) * plot.width
}

function yOf(plot: Plot, latitude: number): number {
  const clamped = Math.min(Math.max(latitude, SOUTH_EDGE), NORTH_EDGE)
  return plot.top + ((NORTH_Y - mercator(clamped)) / MERCATOR_HEIGHT) * plot.height
}

/** Paints dots from `start` on until the frame's budget is used up; returns how many are painted then. */
function paintDots(
  layer: CanvasRenderingContext2D,
  work: { readonly plot: Plot; readonly dots: readonly Position[]; readonly start: number; readonly colour: string },
): number {
  const { plot, dots, colour } = work
  const deadline = performance.now() + PAINT_BUDGET_MS
  const size = plot.isWide ? 1 : 0.7
  layer.fillStyle = colour
  layer.globalAlpha = 0.55
  let painted = work.start
  while (painted < dots.length && (painted % DOTS_PER_CHECK !== 0 || performance.now() < deadline)) {
    const dot = dots[painted]
    if (dot !== undefined) layer.fillRect(xOf(plot, dot.longitude), yOf(plot, dot.latitude), size, size)
    painted += 1
  }
  layer.globalAlpha = 1
  return painted
}

function drawGround(layer: CanvasRenderingContext2D, plot: Plot, inks: Inks): void {
  drawGraticule(layer, plot, inks)
  if (plot.isWide) {
    drawCompassRose(layer, { x: xOf(plot, -128), y: yOf(plot, -29), radius: plot.width / 18, inks })
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

/** The rose in the empty South Pacific, in the overprint's colour as charts have it. */
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

function drawMarks(layer: CanvasRenderingContext2D, plot: Plot, inks: Inks, marks: ChartMarks): void {
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

function strokeLine(
  layer: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  layer.beginPath()
  layer.moveTo(...from)
  layer.lineTo(...to)
  layer.stroke()
}

function polar(angle: number, radius: number): readonly [number, number] {
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius]
}
