// What is stored: items and indexes of the table, and how much of the browser's storage this site uses.

import type { Key, OperationTypes } from 'tidetable'

import { CITIES_TABLE } from '../cities/tables.ts'
import type { ExchangeLog } from '../exchange-log.ts'
import type { Announce } from './announcer.ts'
import { errorText } from './error-text.ts'
import { showExchange } from './exchange-view.ts'
import { formatBytes, formatCities, formatCount, formatDuration } from './format.ts'
import { childElement, newElement, pageElement } from './page-element.ts'

/** The panel. */
export interface StoresPanel {
  /** Reads the figures anew; a failure is shown in their place. */
  refresh(): Promise<void>
}

/** Builds the panel over the elements of index.html. */
export function createStoresPanel(log: ExchangeLog, announce: Announce): StoresPanel {
  const list = pageElement('stores', HTMLDListElement)
  const notice = pageElement('stores-notice', HTMLParagraphElement)
  const keep = pageElement('keep-storage', HTMLButtonElement)
  const count = pageElement('count-all', HTMLButtonElement)
  const description = childElement(document, '#table-description .request-body', HTMLDivElement)
  let counted: string | undefined

  const read = async (): Promise<void> => {
    const { output, exchange } = await log.send('DescribeTable', { TableName: CITIES_TABLE })
    const [{ usage = 0 }, isPersisted] = await Promise.all([
      navigator.storage.estimate(),
      navigator.storage.persisted(),
    ])
    showExchange(description, exchange)
    const { ItemCount, TableSizeBytes, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = output.Table
    list.replaceChildren(
      figure('Items in Cities', formatCount(ItemCount)),
      figure('Their size by DynamoDB’s rules', formatBytes(TableSizeBytes)),
      ...[...GlobalSecondaryIndexes, ...LocalSecondaryIndexes].map((index) =>
        figure(`Items in index ${index.IndexName}`, formatCount(index.ItemCount)),
      ),
      ...(counted === undefined ? [] : [figure('Counted', counted)]),
      figure('Used on this device', formatBytes(usage)),
      figure('The browser may clear it', isPersisted ? 'never by itself' : 'if the disk runs full'),
    )
    keep.hidden = isPersisted
  }
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    notice.hidden = true
    try {
      await work()
    } catch (error) {
      notice.textContent = errorText(error)
      notice.hidden = false
      announce(errorText(error))
    }
  }

  count.addEventListener('click', () => {
    void attempt(async () => {
      counted = await countAll(log)
      announce(`Counted: ${counted}`)
      await read()
    })
  })
  keep.addEventListener('click', () => {
    void attempt(async () => {
      const isKept = await navigator.storage.persist()
      announce(isKept ? 'The browser will not clear it by itself.' : 'The browser declined for now.')
      await read()
    })
  })
  return { refresh: () => attempt(read) }
}

/** Counts by reading: a Scan that follows its pages to the end. */
async function countAll(log: ExchangeLog): Promise<string> {
  const startMs = performance.now()
  let cityCount = 0
  let startKey: Key | undefined
  do {
    const page = await scanPage(log, startKey)
    cityCount += page.Count
    startKey = page.LastEvaluatedKey
  } while (startKey !== undefined)
  return `${formatCities(cityCount)} in ${formatDuration(performance.now() - startMs)}`
}

async function scanPage(log: ExchangeLog, startKey: Key | undefined): Promise<OperationTypes['Scan']['output']> {
  const { output } = await log.send('Scan', {
    TableName: CITIES_TABLE,
    Select: 'COUNT',
    ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
  })
  return output
}

function figure(name: string, value: string): HTMLDivElement {
  return newElement('div', '', newElement('dt', '', name), newElement('dd', '', value))
}
