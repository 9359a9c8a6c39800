// Live results as accessors of Solid.

import { catchError, createEffect, createRoot, createSignal, mapArray } from 'solid-js'
import { describe, expect, it } from 'vitest'
import { createLive } from '../../../src/client/solid.ts'
import { eventually, openCities } from '../../support/cities-fixture.ts'
import { countSubscriptions } from '../../support/counted-live.ts'

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

  it('lets a list make anew only what has changed', async () => {
    const { cities } = await openCities(delft, { country: 'NL', name: 'Leiden' })
    const made: string[] = []
    let shown: readonly string[] = []
    const dispose = createRoot((disposeRoot) => {
      const result = createLive(() => cities.scan().live())
      const mapped = mapArray(
        () => result()?.rows ?? [],
        ({ name, population = 0 }) => {
          made.push(name)
          return `${name} ${population}`
        },
      )
      createEffect(() => (shown = mapped()))
      return disposeRoot
    })
    await eventually(() => shown.length === 2)
    await cities.put({ country: 'NL', name: 'Hoorn' })
    await cities.put({ ...delft, population: 7 })
    await eventually(() => shown.join() === 'Delft 7,Hoorn 0,Leiden 0')
    expect(made.sort()).toEqual(['Delft', 'Delft', 'Hoorn', 'Leiden'])
    dispose()
  })

  it('has one subscription, however often it is asked for the same, and none when its owner is gone', async () => {
    const { cities } = await openCities(delft)
    const { live, count } = countSubscriptions(cities.scan().live())
    let subscribed = 0
    const subscribe: typeof live.subscribe = (...how) => {
      subscribed++
      return live.subscribe(...how)
    }
    const [turn, setTurn] = createSignal(0)
    const dispose = createRoot((disposeRoot) => {
      createLive(() => (turn() >= 0 ? { ...live, subscribe } : undefined))
      return disposeRoot
    })
    setTurn(1)
    expect([subscribed, count()]).toEqual([1, 1])
    setTurn(-1)
    expect(count()).toBe(0)
    setTurn(2)
    dispose()
    expect([subscribed, count()]).toEqual([2, 0])
  })

  it('fails the boundary that reads it, and is right again with another request', async () => {
    const { cities } = await openCities(delft)
    const [isWrong, setWrong] = createSignal(true)
    const seen: unknown[] = []
    const dispose = createRoot((disposeRoot) => {
      const result = createLive(() => cities.scan(isWrong() ? { filter: { expression: 'nonsense' } } : {}).live())
      catchError(
        () => createEffect(() => seen.push(result()?.rows.length)),
        ({ name }) => seen.push(name),
      )
      return disposeRoot
    })
    await eventually(() => seen.includes('ValidationException'))
    setWrong(false)
    await eventually(() => seen.at(-1) === 1)
    expect(seen.slice(0, 2)).toEqual([undefined, 'ValidationException'])
    dispose()
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
