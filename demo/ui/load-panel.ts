// The load: what is stored already, a button that begins or goes on, and while it runs the progress, its speed and a
// button that stops it.

import type { LoadAttributes } from '../cities/tables.ts'
import type { Announce } from './announcer.ts'
import { errorText } from './error-text.ts'
import { formatCount, formatDay, formatDuration } from './format.ts'
import { pageElement } from './page-element.ts'
import { createTideGauge } from './tide-gauge.ts'

/** What the buttons do. */
export interface LoadPanelOptions {
  readonly announce: Announce
  /** Loads until all is stored or `signal` is aborted; returns how far it came. */
  readonly load: (signal: AbortSignal) => Promise<LoadAttributes | undefined>
  /** Empties the database, after asking; false if the answer was no. */
  readonly empty: () => Promise<boolean>
}

/** The panel. */
export interface LoadPanel {
  /** Shows what was found when the page opened. */
  showFound(load: LoadAttributes | undefined, openedInMs: number): void
  /** Shows that more has been stored. */
  showProgress(load: LoadAttributes): void
  showError(error: unknown): void
}

/** The speed is told over this time: shorter, and it flickers. */
const RATE_WINDOW_MS = 400
/** How often a load is spoken of. */
const ANNOUNCED_PARTS = 4

/** Builds the panel over the elements of index.html. */
export function createLoadPanel(options: LoadPanelOptions): LoadPanel {
  const panel = new Panel(options)
  return {
    showFound: (load, openedInMs) => panel.showFound(load, openedInMs),
    showProgress: (load) => panel.showProgress(load),
    showError: (error) => panel.showError(error),
  }
}

class Panel {
  readonly #options: LoadPanelOptions
  readonly #status = pageElement('load-status', HTMLParagraphElement)
  readonly #progress = pageElement('load-progress', HTMLDivElement)
  readonly #bar = pageElement('load-bar', HTMLProgressElement)
  readonly #count = pageElement('load-count', HTMLElement)
  readonly #rate = pageElement('load-rate', HTMLElement)
  readonly #start = pageElement('load-start', HTMLButtonElement)
  readonly #stop = pageElement('load-stop', HTMLButtonElement)
  readonly #anew = pageElement('load-anew', HTMLButtonElement)
  readonly #gauge = createTideGauge(
    pageElement('load-gauge-line', SVGPathElement),
    pageElement('load-gauge-water', SVGPathElement),
  )
  #running: AbortController | undefined
  #window = { startMs: 0, citiesStored: 0 }

  constructor(options: LoadPanelOptions) {
    this.#options = options
    this.#start.addEventListener('click', () => void this.#load())
    this.#stop.addEventListener('click', () => this.#running?.abort())
    this.#anew.addEventListener('click', () => void this.#empty())
  }

  showFound(load: LoadAttributes | undefined, openedInMs: number): void {
    const opened = `Opened in ${formatDuration(openedInMs)}.`
    if (load === undefined) {
      this.#showIdle(load, `${opened} It is empty: 7 MB of cities are fetched from this site, once.`)
    } else if (load.finishedAtMs === undefined) {
      this.#showIdle(load, `${opened} ${storedText(load)} and stay.`)
    } else {
      const since = formatDay(new Date(load.finishedAtMs))
      this.#showIdle(load, `${opened} All ${formatCount(load.citiesStored)} cities are here since ${since}.`)
    }
  }

  showProgress(load: LoadAttributes): void {
    const part = (stored: number): number => Math.floor((stored / load.cityCount) * ANNOUNCED_PARTS)
    if (part(load.citiesStored) > part(this.#bar.value)) this.#options.announce(`${storedText(load)} so far.`)
    this.#bar.max = load.cityCount
    this.#bar.value = load.citiesStored
    this.#count.textContent = formatCount(load.citiesStored)
    const nowMs = performance.now()
    const elapsedMs = nowMs - this.#window.startMs
    if (elapsedMs < RATE_WINDOW_MS) return
    const citiesPerSecond = ((load.citiesStored - this.#window.citiesStored) / elapsedMs) * 1_000
    this.#window = { startMs: nowMs, citiesStored: load.citiesStored }
    this.#rate.textContent = formatCount(citiesPerSecond)
    this.#gauge.add(citiesPerSecond)
  }

  showError(error: unknown): void {
    this.#status.textContent = errorText(error)
    this.#status.classList.add('notice', 'notice-error')
    this.#options.announce(errorText(error))
  }

  async #load(): Promise<void> {
    const controller = new AbortController()
    this.#running = controller
    this.#showRunning()
    try {
      const load = await this.#options.load(controller.signal)
      this.#showIdle(load, endText(load))
    } catch (error) {
      this.#showIdle(undefined, '')
      this.#start.textContent = 'Try again'
      this.showError(error)
    }
    this.#running = undefined
  }

  async #empty(): Promise<void> {
    try {
      if (await this.#options.empty()) this.#showIdle(undefined, 'The database is empty.')
    } catch (error) {
      this.showError(error)
    }
  }

  #showRunning(): void {
    this.#window = { startMs: performance.now(), citiesStored: this.#bar.value }
    this.#gauge.clear()
    this.#rate.textContent = '–'
    this.#setStatus('Loading. The page stays usable meanwhile: try it.')
    this.#progress.hidden = false
    this.#start.hidden = true
    this.#anew.hidden = true
    this.#stop.hidden = false
    this.#stop.focus()
  }

  #showIdle(load: LoadAttributes | undefined, status: string): void {
    const isComplete = load?.finishedAtMs !== undefined
    const hadFocus = document.activeElement === this.#stop || document.activeElement === this.#anew
    this.#setStatus(status)
    this.#options.announce(status)
    this.#progress.hidden = load === undefined
    this.#bar.max = load?.cityCount ?? 1
    this.#bar.value = load?.citiesStored ?? 0
    if (load !== undefined) {
      this.#count.textContent = formatCount(load.citiesStored)
      if (load.durationMs > 0) this.#rate.textContent = formatCount((load.citiesStored / load.durationMs) * 1_000)
    }
    this.#start.textContent = load === undefined ? 'Load the cities' : 'Go on loading'
    this.#start.hidden = isComplete
    this.#stop.hidden = true
    this.#anew.hidden = load === undefined
    if (hadFocus) (isComplete ? this.#anew : this.#start).focus()
  }

  #setStatus(text: string): void {
    this.#status.classList.remove('notice', 'notice-error')
    this.#status.textContent = text
  }
}

function storedText(load: LoadAttributes): string {
  return `${formatCount(load.citiesStored)} of ${formatCount(load.cityCount)} cities are stored`
}

function endText(load: LoadAttributes | undefined): string {
  if (load === undefined) return 'Stopped before the first city.'
  if (load.finishedAtMs === undefined) return `Stopped. ${storedText(load)} and stay.`
  return `All ${formatCount(load.citiesStored)} cities are stored. Reload the page: they will still be here.`
}
