// The page: opens the database, finds what is stored, and joins the panels.

import { deleteDatabase, type Database } from 'tidetable'

import { openCityDatabase, readCountries, readLoad, readPositions } from './cities/city-store.ts'
import { loadCities } from './cities/load-cities.ts'
import { DATABASE_NAME, type CityAttributes, type LoadAttributes } from './cities/tables.ts'
import { createExchangeLog } from './exchange-log.ts'
import { createAnnouncer } from './ui/announcer.ts'
import { createAnswerPanel } from './ui/answer-panel.ts'
import { createCityActions } from './ui/city-actions.ts'
import { createConfirmDialog } from './ui/confirm-dialog.ts'
import { createLoadPanel } from './ui/load-panel.ts'
import { startLogPanel } from './ui/log-panel.ts'
import { pageElement } from './ui/page-element.ts'
import { createQuestionForm } from './ui/question-form.ts'
import { createStoresPanel } from './ui/stores-panel.ts'
import { createWorldChart } from './ui/world-chart.ts'

let database: Promise<Database> = openCityDatabase()
let load: LoadAttributes | undefined

const announce = createAnnouncer(pageElement('announcer', HTMLParagraphElement))
const chart = createWorldChart(pageElement('chart', HTMLDivElement))
const log = createExchangeLog(() => database)
const confirm = createConfirmDialog()
const form = createQuestionForm(() => answer.ask())
const stores = createStoresPanel(log, announce)
const answer = createAnswerPanel({
  log,
  announce,
  mark: (marks) => chart.mark(marks),
  question: () => form.question(),
  complete: () => load?.finishedAtMs !== undefined,
  onAction: (action, city) => act(action, city),
})
const act = createCityActions({ log, answer, chart, confirm, onChanged: () => void stores.refresh() })
const loadPanel = createLoadPanel({ announce, load: runLoad, empty: emptyDatabase })

startLogPanel(pageElement('log', HTMLOListElement), log)
/** Settles when what an earlier visit left is shown. A load waits for it, or the chart would have cities twice. */
const shown = showStored().catch((error: unknown) => loadPanel.showError(error))

/** What an earlier visit has left is there to be asked at once; the chart fills while one does. */
async function showStored(): Promise<void> {
  const startMs = performance.now()
  const opened = await database
  load = await readLoad(opened)
  loadPanel.showFound(load, performance.now() - startMs)
  await showCountries()
  await stores.refresh()
  await readPositions(opened, (positions) => chart.addCities(positions))
}

async function showCountries(): Promise<void> {
  form.setCountries(await readCountries(await database))
  answer.ask()
}

async function runLoad(signal: AbortSignal): Promise<LoadAttributes | undefined> {
  await shown
  const listener = {
    onCountries: showCountries,
    onCities: (cities: readonly CityAttributes[], progress: LoadAttributes) => {
      chart.addCities(cities)
      loadPanel.showProgress(progress)
      answer.considerStored(cities)
    },
  }
  load = await loadCities(await database, listener, signal)
  await answer.refresh()
  await stores.refresh()
  return load
}

async function emptyDatabase(): Promise<boolean> {
  const isConfirmed = await confirm({
    title: 'Empty the database?',
    text: 'All tables are deleted, with every city and every change you made.',
    yes: 'Empty it',
  })
  if (!isConfirmed) return false
  await shown
  await (await database).close()
  try {
    await deleteDatabase(DATABASE_NAME)
  } finally {
    // Another tab may keep the old one: then this page goes on with it.
    database = openCityDatabase()
  }
  await database
  load = undefined
  chart.clear()
  form.setCountries([])
  answer.ask()
  await stores.refresh()
  return true
}
