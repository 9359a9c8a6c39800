// A device as it lies on the page: its switch, the book's lines with how far each has got, what it has to decide, and how
// it keeps in step. The elements are those of the template in devices.html.

import type { Device, DeviceState } from '../harbour/device.ts'
import { BERTHS, COUNTER_LINE } from '../harbour/tables.ts'
import { createAnnouncer } from './announcer.ts'
import { capital, figureTexts, stateText } from './device-words.ts'
import { errorText } from './error-text.ts'
import { createMatterLists } from './matter-lists.ts'
import { childElement, newElement, pageElement } from './page-element.ts'

/** The panel. */
export interface DevicePanel {
  /** Lets the device be used: it has been opened. */
  connect(device: Device): void
  show(state: DeviceState): void
  showError(error: unknown): void
}

/** Fills `section` from the template. */
export function createDevicePanel(section: HTMLElement, name: string): DevicePanel {
  section.append(pageElement('device', HTMLTemplateElement).content.cloneNode(true))
  return new Panel(section, name)
}

interface BerthRow {
  readonly input: HTMLInputElement
  readonly badge: HTMLElement
  /** What the input was last given by the database. */
  stored: string
}

class Panel implements DevicePanel {
  readonly #name: string
  readonly #heading: HTMLHeadingElement
  readonly #airplane: HTMLButtonElement
  readonly #stateLine: HTMLParagraphElement
  readonly #count: HTMLOutputElement
  readonly #countBadge: HTMLElement
  readonly #countOne: HTMLButtonElement
  readonly #notice: HTMLParagraphElement
  readonly #berths: ReadonlyMap<string, BerthRow>
  readonly #figures: HTMLDListElement
  readonly #resetCost: HTMLButtonElement
  readonly #budget: HTMLSelectElement
  readonly #announce: (text: string) => void
  readonly #showMatters: (state: DeviceState) => void
  #device: Device | undefined

  constructor(section: HTMLElement, name: string) {
    const part = <T extends Element>(id: string, type: abstract new () => T): T =>
      childElement(section, `[data-part=${id}]`, type)
    this.#name = name
    this.#heading = part('name', HTMLHeadingElement)
    this.#airplane = part('airplane', HTMLButtonElement)
    this.#stateLine = part('state', HTMLParagraphElement)
    this.#count = part('count', HTMLOutputElement)
    this.#countBadge = part('count-badge', HTMLElement)
    this.#countOne = part('count-one', HTMLButtonElement)
    this.#notice = part('notice', HTMLParagraphElement)
    this.#figures = part('figures', HTMLDListElement)
    this.#resetCost = part('reset-cost', HTMLButtonElement)
    this.#budget = part('budget', HTMLSelectElement)
    this.#announce = createAnnouncer(part('announcer', HTMLParagraphElement))
    this.#berths = this.#buildBerths(part('berths', HTMLUListElement))
    this.#showMatters = createMatterLists({ frame: section, heir: this.#airplane, act: (work) => this.#act(work) })
    this.#heading.textContent = name
    this.#heading.id = section.getAttribute('aria-labelledby') ?? ''
    this.#airplane.setAttribute('aria-describedby', this.#heading.id)
    this.#countOne.setAttribute('aria-describedby', this.#heading.id)
    this.#airplane.addEventListener('click', () => this.#act((device) => device.setOffline(!device.state.isOffline)))
    this.#countOne.addEventListener('click', () => this.#act((device) => device.countShip()))
    this.#resetCost.addEventListener('click', () => this.#act((device) => device.resetCost()))
    this.#budget.addEventListener('change', () => {
      const { value } = this.#budget
      this.#act((device) => device.setBudget(value === '' ? undefined : Number(value)))
    })
  }

  connect(device: Device): void {
    this.#device = device
    const inputs = [...this.#berths.values()].map(({ input }) => input)
    for (const control of [this.#airplane, this.#countOne, this.#budget, ...inputs]) control.disabled = false
  }

  show(state: DeviceState): void {
    setText(this.#count, String(state.lines.get(COUNTER_LINE)?.count ?? 0))
    showBadge(this.#countBadge, state, COUNTER_LINE)
    for (const [line, row] of this.#berths) {
      showBadge(row.badge, state, line)
      const ship = state.lines.get(line)?.ship ?? ''
      // What somebody is writing stays as it is.
      if (row.input.value === row.stored) row.input.value = ship
      row.stored = ship
    }
    this.#airplane.setAttribute('aria-checked', String(state.isOffline))
    this.#budget.value = String(state.budgetUnits ?? '')
    this.#showState(state)
    this.#showFigures(state)
    this.#showMatters(state)
  }

  showError(error: unknown): void {
    this.#notice.textContent = errorText(error)
    this.#notice.hidden = false
  }

  #showState(state: DeviceState): void {
    const text = stateText(state)
    if (this.#stateLine.textContent === text) return
    this.#stateLine.textContent = text
    const { length } = state.conflicts
    const conflicts = length === 0 ? '' : ` ${length === 1 ? 'A conflict is' : `${length} conflicts are`} listed.`
    this.#announce(`${this.#name}: ${text}${conflicts}`)
  }

  #showFigures(state: DeviceState): void {
    const figures = figureTexts(state)
    if (this.#figures.childElementCount === 0) {
      this.#figures.append(
        ...figures.map(([name]) => newElement('div', '', newElement('dt', '', name), newElement('dd', ''))),
      )
    }
    const values = this.#figures.querySelectorAll('dd')
    for (const [at, [, text]] of figures.entries()) {
      const value = values[at]
      if (value !== undefined) setText(value, text)
    }
  }

  #buildBerths(list: HTMLUListElement): ReadonlyMap<string, BerthRow> {
    const rows = BERTHS.map((line) => {
      const input = newElement('input', '')
      Object.assign(input, {
        maxLength: 40,
        spellcheck: false,
        autocomplete: 'off',
        placeholder: 'free',
        disabled: true,
      })
      const badge = newElement('span', 'badge')
      const label = newElement('label', '', newElement('span', 'berth-name', capital(line)), input)
      list.append(newElement('li', '', label, badge))
      const row: BerthRow = { input, badge, stored: '' }
      input.addEventListener('change', () => this.#write(line, row))
      input.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') input.value = row.stored
      })
      return [line, row] as const
    })
    return new Map(rows)
  }

  #write(line: string, row: BerthRow): void {
    const ship = row.input.value.trim()
    row.input.value = ship
    if (ship === row.stored) return
    this.#act(async (device) => {
      try {
        await device.writeShip(line, ship)
      } finally {
        // From now on it shows what is stored.
        row.stored = device.state.lines.get(line)?.ship ?? ''
        row.input.value = row.stored
      }
    })
  }

  #act(work: (device: Device) => Promise<void>): void {
    const device = this.#device
    if (device === undefined) return
    this.#notice.hidden = true
    work(device).catch((error: unknown) => this.showError(error))
  }
}

function showBadge(badge: HTMLElement, { badges }: DeviceState, line: string): void {
  const state = badges.get(line)
  if (badge.dataset['state'] === state) return
  if (state === undefined) delete badge.dataset['state']
  else badge.dataset['state'] = state
  badge.textContent = state === 'parked' ? 'put aside' : (state ?? '')
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
