// The grammar of projection expressions: paths separated by commas.

import { parsePath } from './parse-operand.ts'
import type { ProjectionSyntax } from './syntax-tree.ts'
import type { TokenReader } from './token-reader.ts'

/** Parses a whole projection expression. */
export function parseProjection(reader: TokenReader): ProjectionSyntax {
  const paths = [parsePath(reader)]
  while (reader.takeIf(',')) paths.push(parsePath(reader))
  reader.finish()
  return { kind: 'projection', paths }
}
