// The dots of the chart, one for each stored city, written straight into the pixels of a canvas: all 171,075 of them take
// a few milliseconds, so that the chart can be drawn anew in one frame.

import type { Position } from '../cities/city.ts'

/** Turns a position into shares of the plot's width and height, 0 to 1 from its upper left corner. */
export type Projection = (position: Position) => readonly [x: number, y: number]

/** Where the dots go, in CSS pixels, and what they look like. */
export interface DotStyle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Dots of one pixel of the screen, whatever its density; else of one CSS pixel. */
  readonly isFine: boolean
  readonly colour: string
}

const FIRST_CAPACITY = 1 << 15
const BYTES_PER_PIXEL = 4
const ALPHA_OFFSET = 3
const OPAQUE = 255
/** Share of what is still see-through that one more dot covers: towns grow dense before they grow solid. */
const DOT_COVER = 0.55

/** A canvas of dots. Nothing is seen before `paint`. */
export class DotLayer {
  readonly #context: CanvasRenderingContext2D
  readonly #project: Projection
  #xs = new Float32Array(FIRST_CAPACITY)
  #ys = new Float32Array(FIRST_CAPACITY)
  #count = 0
  #drawnCount = 0
  #image: ImageData | undefined

  constructor(context: CanvasRenderingContext2D, project: Projection) {
    this.#context = context
    this.#project = project
  }

  get count(): number {
    return this.#count
  }

  add(positions: readonly Position[]): void {
    for (const position of positions) {
      if (this.#count === this.#xs.length) this.#grow()
      const [x, y] = this.#project(position)
      this.#xs[this.#count] = x
      this.#ys[this.#count] = y
      this.#count += 1
    }
  }

  /** Takes away one dot at this position, if there is one. */
  remove(position: Position): void {
    const [x, y] = this.#project(position).map(Math.fround)
    for (let index = 0; index < this.#count; index += 1) {
      if (this.#xs[index] !== x || this.#ys[index] !== y) continue
      this.#count -= 1
      this.#xs[index] = this.#xs[this.#count] ?? 0
      this.#ys[index] = this.#ys[this.#count] ?? 0
      this.reset()
      return
    }
  }

  clear(): void {
    this.#count = 0
    this.reset()
  }

  /** Has the next `paint` draw all dots anew: after a dot has gone, or the canvas has another size. */
  reset(): void {
    this.#image = undefined
    this.#drawnCount = 0
  }

  /** Shows the dots that have come since the last time. */
  paint(style: DotStyle): void {
    const { width, height } = this.#context.canvas
    if (width === 0 || height === 0) return
    this.#image ??= new ImageData(width, height)
    this.#cover(this.#image, style)
    // The image holds only how much is covered; the colour is filled in where something is.
    this.#context.putImageData(this.#image, 0, 0)
    this.#context.globalCompositeOperation = 'source-in'
    this.#context.fillStyle = style.colour
    this.#context.fillRect(0, 0, width, height)
    this.#context.globalCompositeOperation = 'source-over'
  }

  #cover({ data, width }: ImageData, style: DotStyle): void {
    const scale = devicePixelRatio
    const size = style.isFine ? 1 : Math.max(1, Math.round(scale))
    for (let index = this.#drawnCount; index < this.#count; index += 1) {
      const left = Math.floor((style.left + (this.#xs[index] ?? 0) * style.width) * scale)
      const top = Math.floor((style.top + (this.#ys[index] ?? 0) * style.height) * scale)
      for (let row = top; row < top + size; row += 1) {
        for (let column = left; column < left + size; column += 1) {
          const at = (row * width + column) * BYTES_PER_PIXEL + ALPHA_OFFSET
          const covered = data[at] ?? 0
          data[at] = covered + (OPAQUE - covered) * DOT_COVER
        }
      }
    }
    this.#drawnCount = this.#count
  }

  #grow(): void {
    const xs = new Float32Array(this.#xs.length * 2)
    const ys = new Float32Array(this.#ys.length * 2)
    xs.set(this.#xs)
    ys.set(this.#ys)
    this.#xs = xs
    this.#ys = ys
  }
}
