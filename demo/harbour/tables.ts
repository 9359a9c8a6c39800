// What the two devices share: the book of one small harbour, and what its cloud tells of itself. Data only: the page and
// the server that `npm start` embeds agree on it.

/** The one scope that is replicated: the harbour that the book is of. */
export const HARBOUR = 'Tidemouth'
export const BOOK_TABLE = 'HarbourBook'
export const COMPANION_TABLE = 'tidetable_sync'
/** The line that counts. The others are berths. */
export const COUNTER_LINE = 'ships in today'
export const BERTHS = ['berth 1', 'berth 2', 'berth 3', 'berth 4', 'berth 5'] as const

/** A line of the book. A berth without a ship is free. */
export interface BookLine {
  readonly harbour: string
  readonly line: string
  readonly ship?: string
  readonly count?: number
}

/** How the book begins, in a cloud that has none. */
export const FIRST_LINES: readonly BookLine[] = [
  { harbour: HARBOUR, line: COUNTER_LINE, count: 3 },
  { harbour: HARBOUR, line: 'berth 1', ship: 'Anna Marie' },
  { harbour: HARBOUR, line: 'berth 2', ship: 'Sea Wolf' },
  { harbour: HARBOUR, line: 'berth 4', ship: 'Good Hope' },
]

/** Below the page's own address: what a page asks once to learn where its cloud is, and then what the cloud holds. */
export const CLOUD_FOLDER = 'cloud'
export const CLOUD_FILE = 'harbour.json'
export const GATEWAY_FILE = 'sync'
/** Log entries that are shown. */
export const SHOWN_ENTRIES = 6

/** What is answered there. As a file of a static site it is an empty object: nothing but the page is there. */
export interface CloudAnswer {
  readonly rows?: CloudRows
}

/** The cloud's own tables, in the shape of DynamoDB's API. */
export interface CloudRows {
  readonly lines: readonly unknown[]
  /** Of the log, the newest first. */
  readonly entries: readonly unknown[]
}
