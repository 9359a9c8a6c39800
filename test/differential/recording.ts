// The reference's answers to some sequences, compressed, with the sequences themselves, so that the generator may change
// without them.

import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import type { DrawnStep } from './draw-requests.ts'
import type { StepResult } from './send-step.ts'

/** A sequence as the reference answered it; answers may end before the steps do. */
export interface RecordedSequence {
  readonly seed: number
  readonly steps: readonly DrawnStep[]
  readonly answers: readonly StepResult[]
}

const FILE = new URL('fixtures/sequences.json.br', import.meta.url)

/** The recorded sequences. */
export function readRecording(): readonly RecordedSequence[] {
  return JSON.parse(brotliDecompressSync(readFileSync(FILE)).toString('utf8')) as readonly RecordedSequence[]
}

/** Replaces the recorded sequences. */
export function writeRecording(sequences: readonly RecordedSequence[]): void {
  const inOrder = [...sequences].sort((one, other) => one.seed - other.seed)
  writeFileSync(FILE, brotliCompressSync(JSON.stringify(inOrder)))
}
