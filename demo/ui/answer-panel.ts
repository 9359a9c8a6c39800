// Asks the question of the form as it changes, and shows the answer: its cities page by page, what it cost, the request,
// and the rings on the chart. While one request is under way only the newest question waits behind it.

import { cityOf, positionOf, type City } from '../cities/city.ts'
import { questionInput, type Question } from '../cities/questions.ts'
import type { Answer, ExchangeLog } from '../exchange-log.ts'
import type { Announce } from './announcer.ts'
import type { ChartMarks } from './chart-marks.ts'
import { cityRow, type CityAction } from './city-row.ts'
import { errorText } from './error-text.ts'
import { showExchange } from './exchange-view.ts'
import { countryName, formatCities, formatDuration } from './format.ts'
import { childElement, newElement, pageElement } from './page-element.ts'

type StartKey = Answer<'Query'>['output']['LastEvaluatedKey']

/** What the panel works with. */
export interface AnswerPanelOptions {
  readonly log: ExchangeLog
  readonly announce: Announce
  readonly mark: (marks: ChartMarks) => void
  /** The question of the form; undefined while there is nothing to ask about. */
  readonly question: () => Question | undefined
  /** Whether all cities are stored, so that an empty answer is the whole truth. */
  readonly complete: () => boolean
  readonly onAction: (action: CityAction, city: City) => void
}

/** The answer on the page. */
export interface AnswerPanel {
  /** Asks the question of the form from its first page on. */
  ask(): void
  /** Asks for the page that is shown once more, after a change of its items. */
  refresh(): Promise<void>
  /** Asks once more if nothing was found and some of the newly stored cities may be what is asked for. */
  considerStored(cities: readonly { readonly country: string }[]): void
  /** Says what has been done, with a button if `undo` is given; the button takes the focus. */
  notify(text: string, undo?: { readonly label: string; readonly run: () => void }): void
  /** Says what went wrong. */
  notifyError(text: string): void
  /** Puts the focus on the button of a city's line, which a refresh has replaced. */
  focusAction(action: CityAction, place: string): void
}

/** Builds the panel over the elements of index.html. */
export function createAnswerPanel(options: AnswerPanelOptions): AnswerPanel {
  const panel = new Panel(options)
  return {
    ask: () => void panel.turnTo([undefined]),
    refresh: () => panel.turnTo(panel.startKeys),
    considerStored: (cities) => panel.considerStored(cities),
    notify: (text, undo) => panel.notify(text, undo),
    notifyError: (text) => panel.notifyError(text),
    focusAction: (action, place) => panel.focusAction(action, place),
  }
}

class Panel {
  /** Where each page up to the shown one begins: DynamoDB's pages only lead forward. */
  startKeys: readonly StartKey[] = [undefined]
  readonly #options: AnswerPanelOptions
  readonly #title = pageElement('answer-title', HTMLHeadingElement)
  readonly #cost = pageElement('answer-cost', HTMLParagraphElement)
  readonly #notice = pageElement('answer-notice', HTMLParagraphElement)
  readonly #request = pageElement('answer-request', HTMLDetailsElement)
  readonly #table = pageElement('cities', HTMLTableElement)
  readonly #rows = childElement(document, '#cities tbody', HTMLTableSectionElement)
  readonly #empty = pageElement('cities-empty', HTMLParagraphElement)
  readonly #previous = pageElement('page-previous', HTMLButtonElement)
  readonly #next = pageElement('page-next', HTMLButtonElement)
  readonly #pageNumber = pageElement('page-number', HTMLSpanElement)
  #cities: readonly City[] = []
  #nextKey: StartKey = undefined
  #wanted: readonly StartKey[] | undefined
  #asking: Promise<void> | undefined

  constructor(options: AnswerPanelOptions) {
    this.#options = options
    this.#previous.addEventListener('click', () => void this.turnTo(this.startKeys.slice(0, -1)))
    this.#next.addEventListener('click', () => void this.turnTo([...this.startKeys, this.#nextKey]))
    this.#rows.addEventListener('click', (event) => this.#act(event.target))
  }

  /** Shows the page that begins at the last of `startKeys`. */
  turnTo(startKeys: readonly StartKey[]): Promise<void> {
    this.#wanted = startKeys
    this.#asking ??= this.#askWanted().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  considerStored(cities: readonly { readonly country: string }[]): void {
    const country = this.#options.question()?.country
    if (this.#isEmpty && cities.some((city) => city.country === country)) void this.turnTo(this.startKeys)
  }

  notify(text: string, undo?: { readonly label: string; readonly run: () => void }): void {
    this.#showNotice(text, false)
    this.#options.announce(text)
    if (undo === undefined) return
    const button = newElement('button', '', undo.label)
    button.type = 'button'
    button.addEventListener('click', undo.run, { once: true })
    this.#notice.append(button)
    button.focus()
  }

  notifyError(text: string): void {
    this.#showNotice(text, true)
    this.#options.announce(text)
  }

  focusAction(action: CityAction, place: string): void {
    const button = [...this.#rows.querySelectorAll('button')].find(
      ({ dataset }) => dataset['action'] === action && dataset['place'] === place,
    )
    const fallback = this.#next.disabled ? this.#previous : this.#next
    ;(button ?? fallback).focus()
  }

  async #askWanted(): Promise<void> {
    while (this.#wanted !== undefined) {
      const startKeys = this.#wanted
      this.#wanted = undefined
      const question = this.#options.question()
      if (question === undefined) {
        this.#clear('No answer yet', 'Load the cities first, then ask.')
        continue
      }
      try {
        this.#show(
          question,
          startKeys,
          await this.#options.log.send('Query', questionInput(question, startKeys.at(-1))),
        )
      } catch (error) {
        this.#clear('No answer', '')
        this.notifyError(errorText(error))
      }
    }
  }

  #show(question: Question, startKeys: readonly StartKey[], { output, exchange }: Answer<'Query'>): void {
    this.startKeys = startKeys
    this.#cities = (output.Items ?? []).map(cityOf)
    this.#nextKey = output.LastEvaluatedKey
    const isWhole = startKeys.length === 1 && this.#nextKey === undefined && !this.#isEmpty
    this.#title.textContent = `${titleOf(question)}${isWhole ? `: ${formatCities(this.#cities.length)}` : ''}`
    this.#showCost(exchange.durationMs, output)
    showExchange(childElement(this.#request, '.request-body', HTMLDivElement), exchange)
    this.#request.hidden = false
    this.#notice.hidden = true
    this.#rows.replaceChildren(...this.#cities.map(cityRow))
    this.#table.hidden = this.#isEmpty
    this.#showEmpty(this.#emptyText())
    this.#showPages(startKeys.length)
    this.#options.mark(marksOf(question, this.#cities))
    this.#options.announce(
      `${titleOf(question)}, page ${startKeys.length}: ${formatCities(this.#cities.length)} in ${formatDuration(exchange.durationMs)}`,
    )
  }

  #showCost(durationMs: number, output: Answer<'Query'>['output']): void {
    const units = output.ConsumedCapacity?.CapacityUnits
    this.#cost.replaceChildren(
      'answered in ',
      newElement('b', '', formatDuration(durationMs)),
      units === undefined ? '' : ` · ${units} read ${units === 1 ? 'unit' : 'units'}`,
    )
  }

  /** A button that has the focus hands it on before it is disabled, or the keyboard would start at the top again. */
  #showPages(pageNumber: number): void {
    const isFirst = pageNumber === 1
    const isLast = this.#nextKey === undefined
    this.#pageNumber.textContent = isFirst && isLast ? '' : `Page ${pageNumber}`
    const focused = document.activeElement
    this.#previous.disabled = isFirst
    this.#next.disabled = isLast
    if (focused === this.#next && isLast) this.#previous.focus()
    if (focused === this.#previous && isFirst) this.#next.focus()
  }

  #clear(title: string, explanation: string): void {
    this.startKeys = [undefined]
    this.#cities = []
    this.#nextKey = undefined
    this.#title.textContent = title
    this.#cost.textContent = ''
    this.#request.hidden = true
    this.#notice.hidden = true
    this.#rows.replaceChildren()
    this.#table.hidden = true
    this.#showEmpty(explanation)
    this.#showPages(1)
    this.#options.mark({ positions: [] })
  }

  get #isEmpty(): boolean {
    return this.#cities.length === 0
  }

  #emptyText(): string {
    if (!this.#isEmpty) return ''
    return this.#options.complete() ? 'No city.' : 'No city yet: more are still to be loaded.'
  }

  #showEmpty(text: string): void {
    this.#empty.textContent = text
    this.#empty.hidden = text === ''
  }

  #showNotice(text: string, isError: boolean): void {
    this.#notice.classList.toggle('notice-error', isError)
    this.#notice.textContent = text
    this.#notice.hidden = false
  }

  #act(target: EventTarget | null): void {
    if (!(target instanceof HTMLButtonElement)) return
    const { action, place } = target.dataset
    const city = this.#cities.find((candidate) => candidate.place === place)
    if (city !== undefined && (action === 'edit' || action === 'delete')) this.#options.onAction(action, city)
  }
}

function titleOf(question: Question): string {
  const country = countryName(question.country)
  switch (question.kind) {
    case 'all':
      return `Cities of ${country}`
    case 'prefix':
      return `Cities of ${country} that begin with “${question.prefix}”`
    case 'region':
      return `Cities of ${question.region}, ${country}`
    case 'latitude':
      return `Cities of ${country} from ${question.south}° to ${question.north}°`
  }
}

function marksOf(question: Question, cities: readonly City[]): ChartMarks {
  const positions = cities.map(positionOf).filter((position) => position !== undefined)
  if (question.kind !== 'latitude') return { positions }
  return { positions, band: { south: Number(question.south), north: Number(question.north) } }
}
