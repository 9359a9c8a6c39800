// What the cloud holds: its items and the newest entries of its log.

import type { CloudEntry, CloudLine, CloudState } from '../harbour/cloud-state.ts'
import type { Cloud } from '../harbour/cloud.ts'
import { capital } from './device-words.ts'
import { errorText } from './error-text.ts'
import { formatClock } from './format.ts'
import { keyedList } from './keyed-list.ts'
import { newElement, pageElement } from './page-element.ts'

const PLACES: Readonly<Record<Cloud['kind'], string>> = {
  gateway:
    'An engine in memory behind a gateway, on the server of this page. Open this address in another browser: it is the same book.',
  page: 'A third database in this browser: this page came from a server of files alone.',
}
/** Of a client's name, which is long and says nothing; a gateway puts the caller's before it. */
const CLIENT_CHARACTERS = 4

/** Shows the cloud from now on. */
export function startCloudPanel(cloud: Cloud): void {
  const place = pageElement('cloud-place', HTMLParagraphElement)
  const heir = pageElement('cloud-name', HTMLHeadingElement)
  const showLines = keyedList<CloudLine>({
    list: pageElement('cloud-lines', HTMLDListElement),
    keyOf: ({ line, text, version }) => `${line} ${version ?? ''} ${text}`,
    build: lineElement,
    heir,
  })
  const showEntries = keyedList<CloudEntry>({
    list: pageElement('cloud-entries', HTMLOListElement),
    keyOf: ({ sequence, client }) => `${sequence} ${client}`,
    build: entryElement,
    heir,
  })
  cloud.watch(
    ({ lines, entries }: CloudState) => {
      place.textContent = PLACES[cloud.kind]
      showLines(lines)
      showEntries(entries)
    },
    (error) => {
      place.textContent = `The cloud cannot be seen now. ${errorText(error)}`
    },
  )
}

function lineElement({ line, text, version }: CloudLine): HTMLElement {
  const origin = version === undefined ? 'from the start' : `entry ${version}`
  return newElement(
    'div',
    '',
    newElement('dt', '', capital(line)),
    newElement('dd', '', newElement('b', '', text), newElement('span', 'cloud-version', origin)),
  )
}

function entryElement({ sequence, client, at, changes }: CloudEntry): HTMLElement {
  const time = newElement('time', '', formatClock(at))
  time.dateTime = at.toISOString()
  return newElement(
    'li',
    '',
    newElement(
      'p',
      'cloud-entry-head',
      newElement('b', '', String(sequence)),
      time,
      `by client ${client.slice(client.lastIndexOf('/') + 1).slice(0, CLIENT_CHARACTERS)}`,
    ),
    newElement('p', '', changes.map(({ line, text }) => `${capital(line)}: ${text}`).join(' · ')),
  )
}
