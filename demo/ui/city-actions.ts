// Changing and deleting one city, and what the page shows after it: the old and the new value, the new answer, the chart.

import { ServiceException } from 'tidetable'

import { keyOf, positionOf, valueText, type City } from '../cities/city.ts'
import { CITIES_TABLE } from '../cities/tables.ts'
import type { ExchangeLog } from '../exchange-log.ts'
import type { AnswerPanel } from './answer-panel.ts'
import type { CityAction } from './city-row.ts'
import type { Confirm } from './confirm-dialog.ts'
import { createEditDialog, type CityEdit } from './edit-dialog.ts'
import { errorText } from './error-text.ts'
import { formatDuration } from './format.ts'
import type { WorldChart } from './world-chart.ts'

/** What the actions work with. */
export interface CityActionsOptions {
  readonly log: ExchangeLog
  readonly answer: AnswerPanel
  readonly chart: WorldChart
  readonly confirm: Confirm
  /** Called when the table's contents have changed. */
  readonly onChanged: () => void
}

/** Returns the function that carries out an action on a city. */
export function createCityActions(options: CityActionsOptions): (action: CityAction, city: City) => void {
  const dialog = createEditDialog(options.log, (before, edit) => void showEdit(options, before, edit))
  return (action, city) => {
    if (action === 'edit') dialog.open(city)
    else void deleteCity(options, city)
  }
}

async function showEdit({ answer, chart, onChanged }: CityActionsOptions, before: City, edit: CityEdit): Promise<void> {
  moveDot(chart, before, edit.city)
  await answer.refresh()
  answer.notify(
    `${edit.attribute} of ${before.place}: ${valueText(edit.before)} → ${valueText(edit.after)}. Stored in ${formatDuration(edit.durationMs)}.`,
  )
  answer.focusAction('edit', before.place)
  onChanged()
}

async function deleteCity(options: CityActionsOptions, city: City): Promise<void> {
  const isConfirmed = await options.confirm({
    title: `Delete ${city.place}?`,
    text: 'The item goes from the table and from its indexes. You can put it back right afterwards.',
    yes: 'Delete',
  })
  if (!isConfirmed) return
  const { log, answer, chart, onChanged } = options
  try {
    const { exchange } = await log.send('DeleteItem', {
      TableName: CITIES_TABLE,
      Key: keyOf(city),
      ConditionExpression: 'attribute_exists(place)',
      ReturnValues: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    })
    moveDot(chart, city, undefined)
    await answer.refresh()
    answer.notify(`${city.place} is deleted, in ${formatDuration(exchange.durationMs)}.`, {
      label: 'Put it back',
      run: () => void putBack(options, city),
    })
    onChanged()
  } catch (error) {
    await tellFailure(options, city, error)
  }
}

async function putBack(options: CityActionsOptions, city: City): Promise<void> {
  const { log, answer, chart, onChanged } = options
  try {
    const { exchange } = await log.send('PutItem', {
      TableName: CITIES_TABLE,
      Item: city.item,
      ConditionExpression: 'attribute_not_exists(place)',
      ReturnConsumedCapacity: 'TOTAL',
    })
    moveDot(chart, undefined, city)
    await answer.refresh()
    answer.notify(`${city.place} is back, in ${formatDuration(exchange.durationMs)}.`)
    answer.focusAction('delete', city.place)
    onChanged()
  } catch (error) {
    await tellFailure(options, city, error)
  }
}

/** The answer is asked anew: most likely another tab was faster. */
async function tellFailure({ answer }: CityActionsOptions, city: City, error: unknown): Promise<void> {
  await answer.refresh()
  const isOvertaken = error instanceof ServiceException && error.name === 'ConditionalCheckFailedException'
  answer.notifyError(isOvertaken ? `Another tab was faster: ${city.place} has changed meanwhile.` : errorText(error))
}

function moveDot(chart: WorldChart, from: City | undefined, to: City | undefined): void {
  const before = from === undefined ? undefined : positionOf(from)
  const after = to === undefined ? undefined : positionOf(to)
  if (before?.latitude === after?.latitude && before?.longitude === after?.longitude) return
  if (before !== undefined) chart.removeCity(before)
  if (after !== undefined) chart.addCities([after])
}
