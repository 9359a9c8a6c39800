// The curve of the load: items per second over time, drawn like the trace of a tide gauge.

const WIDTH = 100
const HEIGHT = 24
const HEADROOM = 1.1
/** Values kept: beyond this the curve shows the newest. */
const MAX_VALUES = 400

/** A trace that grows to the right. */
export interface TideGauge {
  add(itemsPerSecond: number): void
  clear(): void
}

/** Draws into two paths of an SVG with the view box `0 0 100 24`: the line, and the water below it. */
export function createTideGauge(line: SVGPathElement, water: SVGPathElement): TideGauge {
  let values: number[] = []
  const draw = (): void => {
    const highest = Math.max(...values, 1) * HEADROOM
    const points = values.map((value, index) => {
      const x = values.length === 1 ? 0 : (index / (values.length - 1)) * WIDTH
      return `${x.toFixed(2)} ${(HEIGHT - (value / highest) * HEIGHT).toFixed(2)}`
    })
    const curve = points.length < 2 ? '' : `M${points.join('L')}`
    line.setAttribute('d', curve)
    water.setAttribute('d', curve === '' ? '' : `${curve}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`)
  }
  return {
    add(itemsPerSecond) {
      values = [...values.slice(1 - MAX_VALUES), itemsPerSecond]
      draw()
    },
    clear() {
      values = []
      draw()
    },
  }
}
