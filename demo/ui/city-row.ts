// One line of the answer: a city, its position as navigators write it, and the two buttons that change it.

import { valueText, type City } from '../cities/city.ts'
import { formatAngle } from './format.ts'
import { newElement } from './page-element.ts'

/** What the buttons of a line do. */
export type CityAction = 'edit' | 'delete'

/**
 * A line of the table; its buttons carry the action and the place. The roles are spoken out, since on a phone the style
 * sheet lays the line out as a grid, which to some screen readers is no line of a table any more.
 */
export function cityRow(city: City): HTMLTableRowElement {
  const place = withRole('rowheader', newElement('th', '', city.name))
  place.scope = 'row'
  // A place is its name and what tells it apart.
  if (city.place.startsWith(city.name) && city.place !== city.name) {
    place.append(newElement('span', 'told-apart', city.place.slice(city.name.length)))
  }
  if (city.additions.length > 0) {
    const more = city.additions.map(([name, value]) => `${name}: ${valueText(value)}`).join(', ')
    place.append(newElement('span', 'more', more))
  }
  return withRole(
    'row',
    newElement(
      'tr',
      '',
      place,
      cell('', city.region ?? ''),
      cell('position', formatAngle(city.latitude, ['N', 'S'])),
      cell('position', formatAngle(city.longitude, ['E', 'W'])),
      cell('row-actions', actionButton('edit', 'Edit', city), actionButton('delete', 'Delete', city)),
    ),
  )
}

function cell(className: string, ...children: readonly (Node | string)[]): HTMLTableCellElement {
  return withRole('cell', newElement('td', className, ...children))
}

function withRole<T extends Element>(role: string, element: T): T {
  element.setAttribute('role', role)
  return element
}

function actionButton(action: CityAction, label: string, city: City): HTMLButtonElement {
  const button = newElement('button', 'quiet', label)
  button.type = 'button'
  button.dataset['action'] = action
  button.dataset['place'] = city.place
  button.setAttribute('aria-label', `${label} ${city.place}`)
  return button
}
