// The form of the questions: which country, and which of its cities.

import type { CountryAttributes } from '../cities/tables.ts'
import type { Question } from '../cities/questions.ts'
import { countryName, formatCount } from './format.ts'
import { newElement, pageElement } from './page-element.ts'

/** The country that is asked about first: it has Springfields enough. */
const FIRST_COUNTRY = 'US'

/** The form. */
export interface QuestionForm {
  /** Fills the list of countries; an empty list closes the form. */
  setCountries(countries: readonly CountryAttributes[]): void
  /** What the form asks now; undefined while there are no countries. */
  question(): Question | undefined
}

/** Watches the form; `onChange` is called with every change of the question, key by key. */
export function createQuestionForm(onChange: () => void): QuestionForm {
  const form = pageElement('question', HTMLFormElement)
  const country = pageElement('country', HTMLSelectElement)
  const region = pageElement('region', HTMLSelectElement)
  const prefix = pageElement('prefix', HTMLInputElement)
  const south = pageElement('south', HTMLInputElement)
  const north = pageElement('north', HTMLInputElement)
  const descending = pageElement('descending', HTMLInputElement)
  let countries: ReadonlyMap<string, CountryAttributes> = new Map()

  const showRegions = (): void => {
    const regions = countries.get(country.value)?.regions ?? []
    region.replaceChildren(...regions.map((name) => optionOf(name, name)))
  }
  const showFields = (): void => {
    const kind = kindOf(form)
    for (const field of form.querySelectorAll<HTMLElement>('[data-kind]')) field.hidden = field.dataset['kind'] !== kind
  }
  const change = (event: Event): void => {
    if (event.target === country) showRegions()
    showFields()
    onChange()
  }
  form.addEventListener('input', change)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    onChange()
  })

  return {
    setCountries(list) {
      const chosen = country.value === '' ? FIRST_COUNTRY : country.value
      countries = new Map(list.map((entry) => [entry.country, entry]))
      const options = list
        .map((entry) => ({ ...entry, name: countryName(entry.country) }))
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
        .map((entry) => optionOf(entry.country, `${entry.name} (${formatCount(entry.cityCount)})`))
      country.replaceChildren(...options)
      country.value = countries.has(chosen) ? chosen : (list[0]?.country ?? '')
      for (const control of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select')) {
        control.disabled = list.length === 0
      }
      showRegions()
      showFields()
    },
    question() {
      if (countries.size === 0) return undefined
      const base = { country: country.value, descending: descending.checked }
      switch (kindOf(form)) {
        case 'prefix':
          // A key condition cannot begin with nothing: that is all of them.
          return prefix.value === '' ? { ...base, kind: 'all' } : { ...base, kind: 'prefix', prefix: prefix.value }
        case 'region':
          return region.value === '' ? { ...base, kind: 'all' } : { ...base, kind: 'region', region: region.value }
        case 'latitude':
          return { ...base, kind: 'latitude', south: south.value, north: north.value }
        case 'all':
          return { ...base, kind: 'all' }
      }
    },
  }
}

function kindOf(form: HTMLFormElement): Question['kind'] {
  const { value } = form.elements.namedItem('kind') as RadioNodeList
  return value === 'prefix' || value === 'region' || value === 'latitude' ? value : 'all'
}

function optionOf(value: string, label: string): HTMLOptionElement {
  const option = newElement('option', '', label)
  option.value = value
  return option
}
