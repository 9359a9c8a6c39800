// Live results as accessors of Solid.

import { createEffect, createRoot, createSignal } from 'solid-js'
import { describe, expect, it } from 'vitest'
import { createLive } from '../../../src/client/solid.ts'
import { eventually, openCities } from '../../support/cities-fixture.ts'

const delft = { country: 'NL', name: 'Delft' }
const ghent = { country: 'BE', name: 'Ghent' }

describe('createLive', () => {
  it('follows the result, and another one when its source changes, until its owner is disposed of', async () => {
    const { cities } = await openCities(delft, ghent)
    const seen: (string | undefined)[] = []
    const { dispose, setCountry } = createRoot((disposeRoot) => {
      const [country, set] = createSignal('NL')
      const result = createLive(() => cities.query({ where: { country: country() } }).live())
      createEffect(() =>
        seen.push(
          result()
            ?.rows.map(({ name }) => name)
            .join(' '),
        ),
      )
      return { dispose: disposeRoot, setCountry: set }
    })
    await eventually(() => seen.at(-1) === 'Delft')
    setCountry('BE')
    await eventually(() => seen.at(-1) === 'Ghent')
    await cities.put({ country: 'BE', name: 'Bruges' })
    await eventually(() => seen.at(-1) === 'Bruges Ghent')
    dispose()
    const before = seen.length
    await cities.put({ country: 'BE', name: 'Antwerp' })
    expect([seen[0], seen.length]).toEqual([undefined, before])
  })

  it('throws why the result has ended', async () => {
    const { cities } = await openCities()
    const errors: unknown[] = []
    const dispose = createRoot((disposeRoot) => {
      const result = createLive(() => cities.scan({ filter: { expression: 'nonsense' } }).live())
      createEffect(() => {
        try {
          result()
        } catch (error) {
          errors.push(error)
        }
      })
      return disposeRoot
    })
    await eventually(() => errors.length > 0)
    expect(errors).toMatchObject([{ name: 'ValidationException' }])
    dispose()
  })
})
