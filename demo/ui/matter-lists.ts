// What a device has to decide: conflicts that were decided for it and can be decided anew, and writes that were put aside.

import type { ParkedWrite, SyncConflict } from 'tidetable'

import type { Device, DeviceState } from '../harbour/device.ts'
import { BERTHS } from '../harbour/tables.ts'
import { capital, causeText, conflictLine, parkedText, shipOf, shipText } from './device-words.ts'
import { keyedList } from './keyed-list.ts'
import { childElement, newElement } from './page-element.ts'

/** What the lists need of their device. */
export interface MatterOptions {
  readonly frame: HTMLElement
  /** Takes the focus when a matter is settled. */
  readonly heir: HTMLElement
  /** Does something with the device, and shows what goes wrong. */
  readonly act: (work: (device: Device) => Promise<void>) => void
}

/** Builds both lists, and answers with what fills them. */
export function createMatterLists({ frame, heir, act }: MatterOptions): (state: DeviceState) => void {
  const conflicts = childElement(frame, '[data-part=conflicts]', HTMLElement)
  const parked = childElement(frame, '[data-part=parked]', HTMLElement)
  let freeBerths: readonly string[] = []
  const showConflicts = keyedList<SyncConflict>({
    list: childElement(frame, '[data-part=conflict-list]', HTMLUListElement),
    keyOf: ({ id }) => id,
    build: (conflict) => conflictElement(conflict, act),
    heir,
  })
  const showParked = keyedList<ParkedWrite>({
    list: childElement(frame, '[data-part=parked-list]', HTMLUListElement),
    // Which berths are free belongs to what is shown.
    keyOf: ({ id }) => `${id} ${freeBerths.join()}`,
    build: (write) => parkedElement(write, freeBerths, act),
    heir,
  })
  return (state) => {
    freeBerths = BERTHS.filter((berth) => state.lines.get(berth)?.ship === undefined)
    conflicts.hidden = state.conflicts.length === 0
    parked.hidden = state.parked.length === 0
    showConflicts(state.conflicts)
    showParked(state.parked)
  }
}

/** Before, here, there and now, and a button for each way to end it. */
function conflictElement(conflict: SyncConflict, act: MatterOptions['act']): HTMLLIElement {
  const { base, local, remote, result } = conflict
  const line = conflictLine(conflict)
  const sides = [
    ['Before', base],
    ['This device', local],
    ['Others', remote],
    ['Now', result],
  ] as const
  const facts = newElement(
    'dl',
    'sides',
    ...sides.map(([name, side]) =>
      newElement('div', '', newElement('dt', '', name), newElement('dd', '', shipText(shipOf(side)))),
    ),
  )
  const ships = new Set([result, local, remote, base].map(shipOf))
  const buttons = [...ships].map((ship, at) => {
    const label = at === 0 ? `Keep ${shipText(ship)}` : `Take ${shipText(ship)}`
    return actionButton(label, `${label} for ${line}`, () => act((device) => device.resolve(conflict, ship)))
  })
  return newElement('li', '', newElement('h4', '', capital(line)), facts, newElement('div', 'actions', ...buttons))
}

/** What was asked for, why it cannot be, and what can be done about it. */
function parkedElement(write: ParkedWrite, freeBerths: readonly string[], act: MatterOptions['act']): HTMLLIElement {
  const { id } = write
  const what = parkedText(write)
  const berth = newElement('select', '')
  berth.setAttribute('aria-label', `Another berth in place of ${what}`)
  berth.append(...freeBerths.map((line) => new Option(capital(line), line)))
  const change = actionButton('Ask for this one', `Ask for this berth in place of ${what}`, () =>
    act((device) => device.retryAt(id, berth.value)),
  )
  return newElement(
    'li',
    '',
    newElement('h4', '', what),
    newElement('p', '', causeText(write)),
    newElement(
      'div',
      'actions',
      ...(freeBerths.length === 0 ? [] : [berth, change]),
      actionButton('Try again', `Try again: ${what}`, () => act((device) => device.retry(id))),
      actionButton('Discard', `Discard: ${what}`, () => act((device) => device.discard(id))),
    ),
  )
}

function actionButton(text: string, label: string, onClick: () => void): HTMLButtonElement {
  const button = newElement('button', '', text)
  button.type = 'button'
  button.setAttribute('aria-label', label)
  button.addEventListener('click', onClick)
  return button
}
