// The README's example of PartiQL, as it stands there: it is run in a browser, and held against the README's text.

import { defineTable, openDatabase } from 'tidetable'

const cities = defineTable({
  name: 'cities',
  attributes: { country: 'S', name: 'S' },
  key: { partition: 'country', sort: 'name' },
})
const db = await openDatabase({ name: 'atlas', tables: [cities] })

await db.send('ExecuteStatement', {
  Statement: `INSERT INTO cities VALUE {'country':'NL', 'name':'Delft', 'area':{'land':22.7}, 'tags':<<'blue'>>}`,
})
await db.send('ExecuteStatement', {
  Statement: `UPDATE cities SET area.water = ?, tags = set_add(tags, <<'old'>>) WHERE country = 'NL' AND name = ?`,
  Parameters: [{ N: '1.3' }, { S: 'Delft' }],
})

// A partition key value, or several: ranges are read. Anything else in WHERE filters what was read.
const { Items, NextToken } = await db.send('ExecuteStatement', {
  Statement: `SELECT name, area.water FROM cities WHERE country IN ['BE', 'NL'] AND area.land < 30 ORDER BY name DESC`,
  Limit: 10,
})

// All or none.
await db.send('ExecuteTransaction', {
  TransactStatements: [
    { Statement: `EXISTS(SELECT * FROM cities WHERE country = 'NL' AND name = 'Delft' AND contains(tags, 'old'))` },
    { Statement: `INSERT INTO cities VALUE {'country':'NL', 'name':'Gouda'}` },
  ],
})

export const found: readonly unknown[] = [Items, NextToken]
export const close: () => Promise<void> = () => db.close()
