// Changes one attribute of one city. The write carries what this page knew as its condition, so that two tabs cannot
// overwrite each other unseen.

import type { AttributeValue, Item, OperationTypes } from 'tidetable'
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
  const dialog = pageElement('edit-dialog', HTMLDialogElement)
  const form = pageElement('edit-form', HTMLFormElement)
  const attribute = pageElement('edit-attribute', HTMLInputElement)
  const type = pageElement('edit-type', HTMLSelectElement)
  const oldValue = pageElement('edit-old', HTMLOutputElement)
  const newValue = pageElement('edit-new', HTMLInputElement)
  const remove = pageElement('edit-remove', HTMLButtonElement)
  const notice = pageElement('edit-notice', HTMLParagraphElement)
  let city: City | undefined

  const current = (): AttributeValue | undefined => city?.item[attribute.value]
  const showCurrent = (): void => {
    const value = current()
    oldValue.textContent = valueText(value)
    remove.disabled = value === undefined
    if (value !== undefined) type.value = 'N' in value ? 'N' : 'S'
    else if (attribute.value === FIRST_ATTRIBUTE) type.value = 'N'
  }
  const showCity = (shown: City): void => {
    city = shown
    pageElement('edit-title', HTMLHeadingElement).textContent = shown.place
    pageElement('edit-item', HTMLPreElement).textContent = asText(shown.item)
    const names = new Set([...OFFERED_ATTRIBUTES, ...shown.additions.map(([name]) => name)])
    pageElement('edit-attributes', HTMLDataListElement).replaceChildren(
      ...[...names].map((name) => Object.assign(newElement('option', ''), { value: name })),
    )
    showCurrent()
  }
  const showError = (text: string): void => {
    notice.textContent = text
    notice.hidden = false
  }
  const store = async (after: AttributeValue | undefined): Promise<void> => {
    if (city === undefined) return
    notice.hidden = true
    const before = current()
    const name = attribute.value
    try {
      const { output, exchange } = await log.send('UpdateItem', updateInput(city, { name, before, after }))
      dialog.close()
      onEdited(city, {
        attribute: name,
        before,
        after,
        city: cityOf(output.Attributes ?? {}),
        durationMs: exchange.durationMs,
      })
    } catch (error) {
      const now = itemOfFailedCondition(error)
      if (now !== undefined) showCity(cityOf(now))
      showError(
        now === undefined ? errorText(error) : 'Another tab changed this city meanwhile: this is what it holds now.',
      )
    }
  }

  attribute.addEventListener('input', showCurrent)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void store(type.value === 'N' ? { N: newValue.value.trim() } : { S: newValue.value })
  })
  remove.addEventListener('click', () => void store(undefined))
  childElement(form, '[data-close]', HTMLButtonElement).addEventListener('click', () => dialog.close())

  return {
    open(shown) {
      notice.hidden = true
      attribute.value = FIRST_ATTRIBUTE
      newValue.value = ''
      showCity(shown)
      dialog.showModal()
      newValue.focus()
    },
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

/** The item as another tab left it, when that is why the write was refused. */
function itemOfFailedCondition(error: unknown): Item | undefined {
  return error instanceof ServiceException && error.name === 'ConditionalCheckFailedException' ? error.Item : undefined
}
