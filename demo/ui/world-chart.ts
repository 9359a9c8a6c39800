// The chart of the world: the ground below, the dots of the stored cities on it, and the marks of the answer above, each on
// a canvas of its own, so that a new answer leaves the dots alone.

import type { Position } from '../cities/city.ts'
import { drawGround } from './chart-ground.ts'
import { drawMarks, type ChartMarks } from './chart-marks.ts'
import { inksOf, plotOf, projectionOf } from './chart-plot.ts'
import { DotLayer } from './dot-layer.ts'
import { formatCities } from './format.ts'
import { childElement } from './page-element.ts'

/** A chart on the page. */
export interface WorldChart {
  /** Adds dots; they are seen from the next frame on. */
  addCities(positions: readonly Position[]): void
  /** Takes away the dot of one city, if there is one. */
  removeCity(position: Position): void
  /** Takes away all dots and marks. */
  clear(): void
  mark(marks: ChartMarks): void
}

/** Draws into the canvases of `frame`, anew whenever its size or the colour scheme changes. */
export function createWorldChart(frame: HTMLElement): WorldChart {
  const ground = layerOf(frame, 'canvas.chart-ground')
  const upper = layerOf(frame, 'canvas.chart-marks')
  const cities = layerOf(frame, 'canvas.chart-cities')
  const dots = new DotLayer(cities, projectionOf)
  let marks: ChartMarks = { positions: [] }
  let isScheduled = false
  let isStale = true

  const paint = (): void => {
    isScheduled = false
    const inks = inksOf(frame)
    const plot = plotOf(frame)
    if (isStale) {
      isStale = false
      for (const layer of [ground, cities, upper]) fitToFrame(layer, frame)
      dots.reset()
      drawGround(ground, plot, inks)
    }
    dots.paint({ ...plot, isFine: !plot.isWide, colour: inks.land })
    drawMarks(upper, plot, inks, marks)
    frame.setAttribute('aria-label', `Chart of the world with ${formatCities(dots.count)}`)
  }
  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    requestAnimationFrame(paint)
  }
  const redraw = (): void => {
    isStale = true
    schedule()
  }

  new ResizeObserver(redraw).observe(frame)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)

  return {
    addCities(positions) {
      dots.add(positions)
      schedule()
    },
    removeCity(position) {
      dots.remove(position)
      schedule()
    },
    clear() {
      dots.clear()
      marks = { positions: [] }
      schedule()
    },
    mark(newMarks) {
      marks = newMarks
      schedule()
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
