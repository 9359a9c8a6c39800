// `npm run differential -- --requests 10000 --seed 1 --endpoint http://127.0.0.1:8000` sends random sequences of requests to
// the engine and to a reference server, Amazon's DynamoDB Local, and compares the answers message for message. Differences
// that are not known are shrunk and printed. `--record` keeps the reference's answers for the test that needs no Java.

import { parseArgs } from 'node:util'
import { deleteTables } from '../support/endpoint.ts'
import { createHttpEndpoint, type HttpEndpoint } from '../support/http-endpoint.ts'
import { compareSequence, type Difference, type SequenceResult } from './compare-sequence.ts'
import type { DrawnStep } from './draw-requests.ts'
import { lineOf } from './known-differences.ts'
import { type RecordedSequence, writeRecording } from './recording.ts'
import { sendStep, withServiceNumbers } from './send-step.ts'
import { drawSequence } from './sequence.ts'
import { shrinkSequence } from './shrink-sequence.ts'

interface Options {
  readonly requests: number
  readonly seed: number
  readonly url: string
  readonly connections: number
  readonly shrunkDifferences: number
  readonly isRecording: boolean
}

/** A difference that is not known, and how often there was one that looks like it. */
interface Finding {
  readonly seed: number
  readonly difference: Difference
  count: number
}

interface Tally {
  sequences: number
  requests: number
  equalRequests: number
  readonly known: Map<string, number>
  readonly findings: Map<string, Finding>
  readonly recorded: RecordedSequence[]
}

const PROGRESS_SEQUENCES = 100
const MAX_SHOWN_CHARS = 1500

await main(readOptions())

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      endpoint: { type: 'string', default: 'http://127.0.0.1:8000' },
      connections: { type: 'string', default: '4' },
      shrink: { type: 'string', default: '5' },
      record: { type: 'boolean', default: false },
    },
  })
  return {
    requests: Number(values.requests),
    seed: Number(values.seed),
    url: values.endpoint,
    connections: Number(values.connections),
    shrunkDifferences: Number(values.shrink),
    isRecording: values.record,
  }
}

async function main(options: Options): Promise<void> {
  const startedAtMs = performance.now()
  const tally: Tally = {
    sequences: 0,
    requests: 0,
    equalRequests: 0,
    known: new Map(),
    findings: new Map(),
    recorded: [],
  }
  let seed = options.seed
  await Promise.all(
    Array.from({ length: options.connections }, async (_, connection) => {
      const endpoint = openReference(options, connection)
      while (tally.requests < options.requests) await runSequence(endpoint, seed++, options, tally)
      await deleteTables(endpoint)
      await endpoint.close()
    }),
  )
  report(tally, (performance.now() - startedAtMs) / 1000)
  await printShrunk(options, [...tally.findings.values()])
  if (options.isRecording) writeRecording(tally.recorded)
  process.exitCode = tally.findings.size === 0 ? 0 : 1
}

/** The reference keeps the tables of each access key apart. */
function openReference({ url, seed }: Options, connection: number): HttpEndpoint {
  return createHttpEndpoint(url, { accessKeyId: `differential${seed}x${connection}` })
}

async function runSequence(endpoint: HttpEndpoint, seed: number, options: Options, tally: Tally): Promise<void> {
  const steps = drawSequence(seed)
  const answers: RecordedSequence['answers'][number][] = []
  const result = await compare(endpoint, steps, (answer) => answers.push(answer))
  tally.sequences++
  tally.requests += result.requests
  tally.equalRequests += result.equalRequests
  for (const difference of result.differences) count(tally, seed, difference)
  if (options.isRecording) tally.recorded.push({ seed, steps: steps.slice(0, answers.length), answers })
  if (tally.sequences % PROGRESS_SEQUENCES === 0) {
    console.log(`${tally.requests} requests, ${tally.equalRequests} equal, ${tally.findings.size} kinds of difference`)
  }
}

async function compare(
  endpoint: HttpEndpoint,
  steps: readonly DrawnStep[],
  record: (answer: RecordedSequence['answers'][number]) => void = () => undefined,
): Promise<SequenceResult> {
  await deleteTables(endpoint)
  return compareSequence(steps, async (step) => {
    const result = withServiceNumbers(await sendStep(endpoint, step))
    record(result)
    return result
  })
}

function count({ known, findings }: Tally, seed: number, difference: Difference): void {
  if (difference.known !== undefined) {
    known.set(difference.known, (known.get(difference.known) ?? 0) + 1)
    return
  }
  const kind = kindOf(difference)
  const finding = findings.get(kind)
  if (finding === undefined) findings.set(kind, { seed, difference, count: 1 })
  else finding.count++
}

/** The same for differences that probably have the same cause. */
function kindOf({ step, ours, theirs }: Difference): string {
  const maxChars = 70
  const general = (line: string): string => line.replaceAll(/[#:]\w+|\[.*?\]|\d+|'.*?'|".*?"/g, '…').slice(0, maxChars)
  return `${step.operation} | ${general(lineOf(ours))} | ${general(lineOf(theirs))}`
}

function report(tally: Tally, seconds: number): void {
  const perSecond = Math.round(tally.requests / seconds)
  console.log(
    `\n${tally.sequences} sequences, ${tally.requests} requests to each side in ${seconds.toFixed(0)} s (${perSecond}/s)`,
  )
  console.log(`${tally.equalRequests} answered the same`)
  for (const [name, times] of [...tally.known].sort(([, one], [, other]) => other - one)) {
    console.log(`${String(times).padStart(7)} known: ${name}`)
  }
  for (const [kind, { count: times, seed, difference }] of tally.findings) {
    console.log(`${String(times).padStart(7)} NOT KNOWN: ${kind} (seed ${seed}, step ${difference.at})`)
    console.log(`          ours   ${lineOf(difference.ours)}\n          theirs ${lineOf(difference.theirs)}`)
  }
}

async function printShrunk(options: Options, findings: readonly Finding[]): Promise<void> {
  const endpoint = openReference(options, 0)
  for (const { seed, difference } of findings.slice(0, options.shrunkDifferences)) {
    const kind = kindOf(difference)
    const steps = drawSequence(seed).slice(0, difference.at + 1)
    const isSame = async (candidate: readonly DrawnStep[]): Promise<boolean> => {
      const last = (await compare(endpoint, candidate)).differences.at(-1)
      return last !== undefined && last.known === undefined && kindOf(last) === kind
    }
    const shrunk = await shrinkSequence(steps, isSame)
    const { ours, theirs } = (await compare(endpoint, shrunk)).differences.at(-1) ?? difference
    console.log(`\nseed ${seed}: ${kind}`)
    for (const { operation, input } of shrunk)
      console.log(`  ${operation} ${JSON.stringify(input).slice(0, MAX_SHOWN_CHARS)}`)
    console.log(`  ours   ${JSON.stringify(ours).slice(0, MAX_SHOWN_CHARS)}`)
    console.log(`  theirs ${JSON.stringify(theirs).slice(0, MAX_SHOWN_CHARS)}`)
  }
  await deleteTables(endpoint)
  await endpoint.close()
}
