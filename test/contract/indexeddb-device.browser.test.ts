// What the device takes for granted of IndexedDB, in each browser.

import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { systemRandom } from '../../src/base/random.ts'
import { deleteStoredDatabase } from '../../src/storage/delete-database.ts'
import { createIndexedDbDevice } from '../../src/storage/indexeddb-device.ts'
import type { LogDevice } from '../../src/storage/log-device.ts'
import { bytes, text } from './store-contract.ts'

const NAME = 'device in a browser'
const devices: LogDevice[] = []

async function openDevice(): Promise<LogDevice> {
  const device = createIndexedDbDevice({ name: NAME, clock: systemClock, random: systemRandom, logger: silentLogger })
  devices.push(device)
  await device.open()
  return device
}

afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()))
  await deleteStoredDatabase(NAME)
})

describe('the log of a device in a browser', () => {
  it.each([1, 3])('keeps nothing of a record of %i parts that came too late', async (count) => {
    const [first, second] = await Promise.all([openDevice(), openDevice()])
    const late = Array.from({ length: count }, (_, part) => bytes(`late ${part}`))
    const outcomes = await Promise.all([
      first.append({ sequence: 1, parts: [bytes('first')], durability: 'relaxed' }),
      second.append({ sequence: 1, parts: late, durability: 'relaxed' }),
    ])
    const { parts } = await first.readLog({ after: 0, limitParts: 10 })
    const kept = outcomes[0] === 'appended' ? ['first'] : late.map(text)
    expect(outcomes.toSorted()).toEqual(['appended', 'taken'])
    expect(parts.map(text)).toEqual(kept)
    expect(await second.append({ sequence: 1, parts: late, durability: 'relaxed' })).toBe('taken')
    expect((await second.readLog({ after: 0, limitParts: 10 })).parts.map(text)).toEqual(kept)
  })
})
