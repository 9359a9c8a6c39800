// Where things lie on the chart: Mercator's projection, and the measures and colours that the frame has at the moment.

import type { Position } from '../cities/city.ts'

/** The edges of the chart, in degrees: beyond them nobody lives who is in the list. */
export const NORTH_EDGE = 79
export const SOUTH_EDGE = -57

const BORDER_PIXELS = 9
const NARROW_BORDER_PIXELS = 6
/** A narrower chart has finer marks and no labels. */
const WIDE_CHART_PIXELS = 500
const FULL_CIRCLE_DEGREES = 360

const NORTH_Y = mercator(NORTH_EDGE)
const MERCATOR_HEIGHT = NORTH_Y - mercator(SOUTH_EDGE)

/** The chart's inner frame, in CSS pixels from the upper left corner of the whole. */
export interface Plot {
  readonly isWide: boolean
  /** Width of the border around it. */
  readonly border: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The colours of the style sheet, as they are by day or by night. */
export type Inks = Readonly<Record<'ink' | 'soft' | 'paper' | 'land' | 'graticule' | 'overprint', string>>

/** The plot in a frame of its present size. */
export function plotOf(frame: HTMLElement): Plot {
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

/** The present colours. */
export function inksOf(frame: HTMLElement): Inks {
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

/** Shares of the plot's width and height, from its upper left corner. What lies beyond the edges is put on them. */
export function projectionOf({ latitude, longitude }: Position): readonly [x: number, y: number] {
  return [shareOfWidth(longitude), shareOfHeight(latitude)]
}

/** CSS pixels from the frame's left. */
export function xOf(plot: Plot, longitude: number): number {
  return plot.left + shareOfWidth(longitude) * plot.width
}

/** CSS pixels from the frame's top. */
export function yOf(plot: Plot, latitude: number): number {
  return plot.top + shareOfHeight(latitude) * plot.height
}

function shareOfWidth(longitude: number): number {
  return clamp(longitude / FULL_CIRCLE_DEGREES + 0.5, 0, 1)
}

function shareOfHeight(latitude: number): number {
  return (NORTH_Y - mercator(clamp(latitude, SOUTH_EDGE, NORTH_EDGE))) / MERCATOR_HEIGHT
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

function mercator(latitude: number): number {
  return Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / FULL_CIRCLE_DEGREES))
}
