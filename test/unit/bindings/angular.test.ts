// Live results as signals of Angular, in an injector's life.

import { createEnvironmentInjector, type EnvironmentInjector, Injector, runInInjectionContext } from '@angular/core'
import { describe, expect, it } from 'vitest'
import { liveSignal } from '../../../src/client/angular.ts'
import { eventually, openCities } from '../../support/cities-fixture.ts'

const delft = { country: 'NL', name: 'Delft' }

function createInjector(): EnvironmentInjector {
  return createEnvironmentInjector([], Injector.NULL as EnvironmentInjector)
}

describe('liveSignal', () => {
  it('follows the result until its injector is destroyed', async () => {
    const { cities } = await openCities(delft)
    const injector = createInjector()
    const result = runInInjectionContext(injector, () => liveSignal(cities.scan().live()))
    const names = (): string | undefined =>
      result()
        ?.rows.map(({ name }) => name)
        .join(' ')
    expect(names()).toBeUndefined()
    await eventually(() => names() === 'Delft')
    await cities.put({ country: 'NL', name: 'Leiden' })
    await eventually(() => names() === 'Delft Leiden')
    injector.destroy()
    await cities.put({ country: 'NL', name: 'Hoorn' })
    expect(names()).toBe('Delft Leiden')
  })

  it('throws why the result has ended, and takes an injector', async () => {
    const { cities } = await openCities()
    const injector = createInjector()
    const result = liveSignal(cities.scan({ filter: { expression: 'nonsense' } }).live(), { injector })
    const failure = (): unknown => {
      try {
        return result() && undefined
      } catch (error) {
        return error
      }
    }
    await eventually(() => failure() !== undefined)
    expect(failure()).toMatchObject({ name: 'ValidationException' })
    injector.destroy()
  })

  it('says where it must be called', async () => {
    const { cities } = await openCities()
    expect(() => liveSignal(cities.scan().live())).toThrow(/injection context/)
  })
})
