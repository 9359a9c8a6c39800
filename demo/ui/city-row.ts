// One line of the answer: a city, its position as navigators write it, and the two buttons that change it.

import { valueText, type City } from '../cities/city.ts'
import { formatAngle } from './format.ts'
import { newElement } from './page-element.ts'

/** What the buttons of a line do. */
export type CityAction = 'edit' | 'delete'

/** A line of the table; its buttons carry the action and the place. */
export function cityRow(city: City): HTMLTableRowElement {
  const place = newElement('th', '', city.name)
  place.scope = 'row'
  // A place is its name and what tells it apart.
  if (city.place.startsWith(city.name) && city.place !== city.name) {
    place.append(newElement('span', 'told-apart', city.place.slice(city.name.length)))
  }
  if (city.additions.length > 0) {
    const more = city.additions.map(([name, value]) => `${name}: ${valueText(value)}`).join(', ')
    place.append(newElement('span', 'more', more))
  }
  return newElement(
    'tr',
    '',
    place,
    newElement('td', '', city.region ?? ''),
    newElement('td', 'position', formatAngle(city.latitude, ['N', 'S'])),
    newElement('td', 'position', formatAngle(city.longitude, ['E', 'W'])),
    newElement('td', 'row-actions', actionButton('edit', 'Edit', city), actionButton('delete', 'Delete', city)),
  )
}

function actionButton(action: CityAction, label: string, city: City): HTMLButtonElement {
  const button = newElement('button', 'quiet', label)
  button.type = 'button'
  button.dataset['action'] = action
  button.dataset['place'] = city.place
  button.setAttribute('aria-label', `${label} ${city.place}`)
  return button
}
