// Runs the groups of checks that the command line names, one after the other, and ends with one line that counts them all:
// `123 passed, 0 failed`. A tool that says yes or no counts as one; Vitest's runs count their tests. A failure never stops
// the rest, so that one run shows everything; the exit code is 1 if anything failed or nothing ran.

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

interface Check {
  readonly name: string
  /** A program of `node_modules/.bin` or of the system, and its arguments. */
  readonly command: readonly string[]
  /** Its tests are counted one by one. */
  readonly isVitest?: boolean
}

interface Outcome {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly durationMs: number
}

const ROOT = resolve(import.meta.dirname, '../..')

const GROUPS: Readonly<Record<string, readonly Check[]>> = {
  check: [
    { name: 'format', command: ['oxfmt', '--check'] },
    { name: 'lint', command: ['oxlint', '--deny-warnings'] },
    { name: 'types', command: ['tsc'] },
    { name: 'unused code', command: ['knip'] },
  ],
  package: [
    { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
    { name: 'demo build', command: ['npm', 'run', '--silent', 'build:demo'] },
    { name: 'package shape', command: ['publint', '--strict'] },
    { name: 'package types', command: ['attw', '--pack', '.', '--profile', 'esm-only'] },
    { name: 'size budgets', command: ['size-limit'] },
  ],
  node: [vitest('node')],
  chromium: [vitest('chromium')],
  scenario: [vitest('scenario')],
  firefox: [vitest('firefox')],
  webkit: [vitest('webkit')],
  // Whole profiles of the two that replicate.
  round: [vitest('scenario', 'test/browser/sync-round.scenario.test.ts')],
}

function vitest(project: string, ...files: readonly string[]): Check {
  return { name: `${project} tests`, command: ['vitest', 'run', '--project', project, ...files], isVitest: true }
}

await main(process.argv.slice(2))

async function main(groupNames: readonly string[]): Promise<void> {
  const checks = groupNames.flatMap((name) => {
    const group = GROUPS[name]
    if (group === undefined) throw new Error(`no group of checks is named ${name}: ${Object.keys(GROUPS).join(', ')}`)
    return group
  })
  const outcomes: Outcome[] = []
  for (const check of checks) {
    console.log(`\n── ${check.name}: ${check.command.join(' ')}`)
    outcomes.push(await runCheck(check))
  }
  report(outcomes)
}

function report(outcomes: readonly Outcome[]): void {
  console.log('\n── summary')
  for (const { name, passed, failed, durationMs } of outcomes) {
    const seconds = (durationMs / 1000).toFixed(1).padStart(6)
    console.log(`${seconds} s  ${name.padEnd(16)} ${passed} passed, ${failed} failed`)
  }
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

async function runCheck(check: Check): Promise<Outcome> {
  const startedAtMs = Date.now()
  const counts = check.isVitest === true ? await runVitest(check.command) : verdict(await run(check.command))
  return { name: check.name, ...counts, durationMs: Date.now() - startedAtMs }
}

type Counts = Pick<Outcome, 'passed' | 'failed'>

function verdict(isGood: boolean): Counts {
  return isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function run(command: readonly string[]): Promise<boolean> {
  const [program = '', ...args] = command
  return new Promise((resolvePromise, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` },
    })
    child.once('error', reject)
    child.once('close', (code) => resolvePromise(code === 0))
  })
}

/** The part of Vitest's JSON report that we read. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

async function runVitest(command: readonly string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'tidetable-report-'))
  const reportPath = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]
    const isGood = await run([...command, ...reporters])
    const text = await readFile(reportPath, 'utf8').catch(() => undefined)
    return text === undefined ? { passed: 0, failed: 1 } : countTests(JSON.parse(text) as VitestReport, isGood)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function countTests(result: VitestReport, isGood: boolean): Counts {
  const brokenFiles = result.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length
  // A test that does not run proves nothing, and is counted as what it is.
  const failed = result.numFailedTests + result.numPendingTests + result.numTodoTests + brokenFiles
  // Vitest also fails for an error outside any test, e.g. a rejection that nobody handled.
  return { passed: result.numPassedTests, failed: isGood ? failed : Math.max(failed, 1) }
}
