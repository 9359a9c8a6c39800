// @vitest-environment happy-dom
// Live results as refs of Vue, in scopes, in components in a document, and on a server.

import { describe, expect, it } from 'vitest'
import { createApp, createSSRApp, defineComponent, effectScope, h, nextTick, reactive, ref, type Component } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { useLive } from '../../../src/client/vue.ts'
import { type CitiesFixture, eventually, openCities } from '../../support/cities-fixture.ts'
import { countSubscriptions } from '../../support/counted-live.ts'

const delft = { country: 'NL', name: 'Delft' }
const ghent = { country: 'BE', name: 'Ghent' }

/** Shows the names of a country's cities. */
function listOf(
  request: (country: string) => ReturnType<ReturnType<CitiesFixture['cities']['scan']>['live']>,
): Component {
  return defineComponent({
    props: { country: { type: String, required: true } },
    setup(props) {
      const { result } = useLive(() => request(props.country))
      return () => result.value?.rows.map(({ name }) => name).join(' ') ?? 'loading'
    },
  })
}

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

  it('follows the properties of its component, and ends when that is unmounted', async () => {
    const { cities } = await openCities(delft, ghent)
    const { live: dutch, count } = countSubscriptions(cities.query({ where: { country: 'NL' } }).live())
    const state = reactive({ country: 'NL', isShown: true })
    const List = listOf((country) => (country === 'NL' ? dutch : cities.query({ where: { country } }).live()))
    const container = document.createElement('div')
    const app = createApp(() => (state.isShown ? h(List, { country: state.country }) : 'hidden'))
    app.mount(container)
    expect([container.textContent, count()]).toEqual(['loading', 1])
    await eventually(() => container.textContent === 'Delft')
    state.country = 'BE'
    await eventually(() => container.textContent === 'Ghent')
    expect(count()).toBe(0)
    state.country = 'NL'
    await eventually(() => container.textContent === 'Delft')
    state.isShown = false
    await eventually(() => container.textContent === 'hidden')
    expect(count()).toBe(0)
    app.unmount()
  })

  it('leaves a request that is the same alone', async () => {
    const { cities } = await openCities(delft)
    const { live, count } = countSubscriptions(cities.scan().live())
    const turns = ref(0)
    const scope = effectScope()
    let subscribed = 0
    const subscribe: typeof live.subscribe = (...how) => {
      subscribed++
      return live.subscribe(...how)
    }
    scope.run(() => useLive(() => (turns.value >= 0 ? { ...live, current: live.current, subscribe } : undefined)))
    turns.value++
    await nextTick()
    expect([subscribed, count()]).toEqual([1, 1])
    scope.stop()
    expect(count()).toBe(0)
  })

  it('renders on a server as long as there is nothing, leaves no subscription there, and is hydrated', async () => {
    const { cities } = await openCities(delft)
    const { live, count } = countSubscriptions(cities.scan().live())
    const List = listOf(() => live)
    const container = document.createElement('div')
    container.innerHTML = await renderToString(createSSRApp(() => h(List, { country: 'NL' })))
    expect([container.textContent, count()]).toEqual(['loading', 0])
    const app = createSSRApp(() => h(List, { country: 'NL' }))
    app.mount(container)
    await eventually(() => container.textContent === 'Delft')
    app.unmount()
    expect(count()).toBe(0)
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
