// Live results as refs of Vue, in scopes and components.

import { describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useLive } from '../../../src/client/vue.ts'
import { eventually, openCities } from '../../support/cities-fixture.ts'

const delft = { country: 'NL', name: 'Delft' }
const ghent = { country: 'BE', name: 'Ghent' }

describe('useLive', () => {
  it('follows the result, and another one when its source changes, until the scope is gone', async () => {
    const { cities } = await openCities(delft, ghent)
    const country = ref<string | undefined>('NL')
    const scope = effectScope()
    const live = scope.run(() =>
      useLive(() =>
        country.value === undefined ? undefined : cities.query({ where: { country: country.value } }).live(),
      ),
    )
    const names = (): string | undefined => live?.result.value?.rows.map(({ name }) => name).join(' ')
    expect(names()).toBeUndefined()
    await eventually(() => names() === 'Delft')
    await cities.put({ country: 'NL', name: 'Leiden' })
    await eventually(() => names() === 'Delft Leiden')
    country.value = 'BE'
    await eventually(() => names() === 'Ghent')
    country.value = undefined
    await nextTick()
    expect(names()).toBeUndefined()
    country.value = 'BE'
    await eventually(() => names() === 'Ghent')
    scope.stop()
    await cities.put({ country: 'BE', name: 'Bruges' })
    expect(names()).toBe('Ghent')
  })

  it('has the error that ended the result', async () => {
    const { cities } = await openCities()
    const scope = effectScope()
    const live = scope.run(() => useLive(cities.scan({ filter: { expression: 'nonsense' } }).live()))
    await eventually(() => live?.error.value !== undefined)
    expect(live?.error.value).toMatchObject({ name: 'ValidationException' })
    scope.stop()
  })
})
