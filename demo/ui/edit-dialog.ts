// Changes one attribute of one city. The write carries what this page knew as its condition, so that two tabs cannot
// overwrite each other unseen.

import type { AttributeValue, OperationTypes } from 'tidetable'
import { ServiceException } from 'tidetable'

import { cityOf, keyOf, valueText, type City } from '../cities/city.ts'
import { CITIES_TABLE } from '../cities/tables.ts'
import type { ExchangeLog } from '../exchange-log.ts'
import { errorText } from './error-text.ts'
import { asText } from './exchange-view.ts'
import { childElement, newElement, pageElement } from './page-element.ts'

/** What was changed. */
export interface CityEdit {
  readonly attribute: string
  readonly before: AttributeValue | undefined
  readonly after: AttributeValue | undefined
  /** The city as it is now. */
  readonly city: City
  readonly durationMs: number
}

/** The attribute that the form offers first. */
const FIRST_ATTRIBUTE = 'population'
const OFFERED_ATTRIBUTES = [FIRST_ATTRIBUTE, 'note', 'name', 'region', 'latitude', 'longitude'] as const

/** Opens the form on one city; each edit that was stored is told to `onEdited`. */
export interface EditDialog {
  open(city: City): void
}

/** Builds the dialog over the elements of index.html. */
export function createEditDialog(log: ExchangeLog, onEdited: (before: City, edit: CityEdit) => void): EditDialog {
  const sheet = new Sheet(log, onEdited)
  return { open: (city) => sheet.open(city) }
}

class Sheet {
  readonly #log: ExchangeLog
  readonly #onEdited: (before: City, edit: CityEdit) => void
  readonly #dialog = pageElement('edit-dialog', HTMLDialogElement)
  readonly #form = pageElement('edit-form', HTMLFormElement)
  readonly #title = pageElement('edit-title', HTMLHeadingElement)
  readonly #attribute = pageElement('edit-attribute', HTMLInputElement)
  readonly #attributes = pageElement('edit-attributes', HTMLDataListElement)
  readonly #type = pageElement('edit-type', HTMLSelectElement)
  readonly #oldValue = pageElement('edit-old', HTMLOutputElement)
  readonly #newValue = pageElement('edit-new', HTMLInputElement)
  readonly #remove = pageElement('edit-remove', HTMLButtonElement)
  readonly #notice = pageElement('edit-notice', HTMLParagraphElement)
  readonly #item = pageElement('edit-item', HTMLPreElement)
  #city: City | undefined
  #isStoring = false

  constructor(log: ExchangeLog, onEdited: (before: City, edit: CityEdit) => void) {
    this.#log = log
    this.#onEdited = onEdited
    this.#attribute.addEventListener('input', () => this.#showCurrent())
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      const text = this.#newValue.value
      void this.#store(this.#type.value === 'N' ? { N: text.trim() } : { S: text })
    })
    this.#remove.addEventListener('click', () => void this.#store(undefined))
    childElement(this.#form, '[data-close]', HTMLButtonElement).addEventListener('click', () => this.#dialog.close())
  }

  open(city: City): void {
    this.#notice.hidden = true
    this.#attribute.value = FIRST_ATTRIBUTE
    this.#newValue.value = ''
    this.#showCity(city)
    this.#dialog.showModal()
    this.#newValue.focus()
  }

  #showCity(city: City): void {
    this.#city = city
    this.#title.textContent = city.place
    this.#item.textContent = asText(city.item)
    const names = new Set([...OFFERED_ATTRIBUTES, ...city.additions.map(([name]) => name)])
    this.#attributes.replaceChildren(
      ...[...names].map((name) => Object.assign(newElement('option', ''), { value: name })),
    )
    this.#showCurrent()
  }

  #showCurrent(): void {
    const value = this.#city?.item[this.#attribute.value]
    this.#oldValue.textContent = valueText(value)
    this.#remove.disabled = value === undefined
    const isNumber = value === undefined ? this.#attribute.value === FIRST_ATTRIBUTE : 'N' in value
    this.#type.value = isNumber ? 'N' : 'S'
  }

  /** Stores the attribute with the value `after`, or removes it. */
  async #store(after: AttributeValue | undefined): Promise<void> {
    const city = this.#city
    // A key that is pressed twice stores once.
    if (city === undefined || this.#isStoring) return
    this.#isStoring = true
    this.#notice.hidden = true
    const attribute = this.#attribute.value
    const before = city.item[attribute]
    try {
      const input = updateInput(city, { name: attribute, before, after })
      const { output, exchange } = await this.#log.send('UpdateItem', input)
      this.#dialog.close()
      const edited = cityOf(output.Attributes ?? {})
      this.#onEdited(city, { attribute, before, after, city: edited, durationMs: exchange.durationMs })
    } catch (error) {
      this.#showFailure(error)
    } finally {
      this.#isStoring = false
    }
  }

  #showFailure(error: unknown): void {
    const isOvertaken = error instanceof ServiceException && error.name === 'ConditionalCheckFailedException'
    if (isOvertaken && error.Item !== undefined) this.#showCity(cityOf(error.Item))
    this.#notice.textContent = !isOvertaken
      ? errorText(error)
      : error.Item === undefined
        ? 'Another tab deleted this city meanwhile.'
        : 'Another tab changed this city meanwhile: above is what it holds now.'
    this.#notice.hidden = false
  }
}

interface AttributeChange {
  readonly name: string
  readonly before: AttributeValue | undefined
  readonly after: AttributeValue | undefined
}

function updateInput(city: City, { name, before, after }: AttributeChange): OperationTypes['UpdateItem']['input'] {
  const unchanged = before === undefined ? 'attribute_not_exists(#attribute)' : '#attribute = :before'
  const values = {
    ...(before === undefined ? {} : { ':before': before }),
    ...(after === undefined ? {} : { ':after': after }),
  }
  return {
    TableName: CITIES_TABLE,
    Key: keyOf(city),
    UpdateExpression: after === undefined ? 'REMOVE #attribute' : 'SET #attribute = :after',
    ConditionExpression: `attribute_exists(place) AND ${unchanged}`,
    ExpressionAttributeNames: { '#attribute': name },
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ReturnConsumedCapacity: 'TOTAL',
  }
}
