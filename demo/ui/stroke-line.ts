// One straight stroke on a canvas.

/** Strokes a line between two points, with the layer's present style. */
export function strokeLine(
  layer: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  layer.beginPath()
  layer.moveTo(...from)
  layer.lineTo(...to)
  layer.stroke()
}
