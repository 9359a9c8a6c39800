// @vitest-environment happy-dom
// Live results in React components, rendered into a document, on a server, and suspended.

import {
  act,
  Component,
  createElement,
  type FunctionComponent,
  type ReactNode,
  StrictMode,
  Suspense,
  useState,
} from 'react'
import { createRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { useLive, useLiveSuspense } from '../../../src/client/react.ts'
import { type CitiesFixture, openCities } from '../../support/cities-fixture.ts'

const delft = { country: 'NL', name: 'Delft' }
const ghent = { country: 'BE', name: 'Ghent' }

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
})

interface Rendered {
  readonly text: () => string
  /** What is shown in the end: this text if it is ever shown. */
  readonly until: (text: string) => Promise<string>
  readonly unmount: () => Promise<void>
}

/** A text that does not come is compared with the one that is there. */
const UNTIL_MS = 60_000

async function render(component: FunctionComponent): Promise<Rendered> {
  const container = document.createElement('div')
  const root = createRoot(container)
  await act(async () => root.render(createElement(component)))
  const unmount = (): Promise<void> => act(async () => root.unmount())
  onTestFinished(unmount)
  const until = async (text: string): Promise<string> => {
    // What happens inside an act is rendered at its end.
    const deadlineMs = performance.now() + UNTIL_MS
    while (container.textContent !== text && performance.now() < deadlineMs) {
      await act(() => new Promise((resolve) => setTimeout(resolve, 2)))
    }
    return container.textContent
  }
  return { text: () => container.textContent, until, unmount }
}

/** Shows the name of an error that its child has thrown. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly name?: string }> {
  static getDerivedStateFromError({ name }: Error): { readonly name: string } {
    return { name }
  }

  override state: { readonly name?: string } = {}

  override render(): ReactNode {
    return this.state.name ?? this.props.children
  }
}

function inBoundary(
  child: FunctionComponent,
  wrap: (element: ReactNode) => ReactNode = (same) => same,
): FunctionComponent {
  return () => createElement(Boundary, null, wrap(createElement(child)))
}

/** The names of a country's cities, without a memo of the query. */
function listOf({ cities }: CitiesFixture, country: string): FunctionComponent {
  return () => {
    const result = useLive(cities.query({ where: { country } }).live())
    if (result === undefined) return 'loading'
    return result.rows.map(({ name }) => name).join(' ') || 'none'
  }
}

describe('useLive', () => {
  it('renders the result and every change of it, and nothing for others', async () => {
    const fixture = await openCities(delft)
    let renders = 0
    const List = listOf(fixture, 'NL')
    const { text, until } = await render(() => {
      renders++
      return createElement(List)
    })
    expect(text()).toBe('loading')
    expect(await until('Delft')).toBe('Delft')
    await act(() => fixture.cities.put({ country: 'NL', name: 'Leiden' }))
    expect(await until('Delft Leiden')).toBe('Delft Leiden')
    await act(() => fixture.cities.put(ghent))
    expect(renders).toBe(1)
  })

  it('survives the double mount of strict mode, and ends when it is unmounted', async () => {
    const { cities } = await openCities(delft)
    let renders = 0
    const List: FunctionComponent = () => {
      renders++
      return useLive(cities.scan().live())?.rows.length ?? 'loading'
    }
    const { until, unmount } = await render(() => createElement(StrictMode, null, createElement(List)))
    expect(await until('1')).toBe('1')
    await unmount()
    const before = renders
    await cities.put(ghent)
    expect(renders).toBe(before)
  })

  it('follows another request when it is asked for one, or none', async () => {
    const { cities } = await openCities(delft, ghent)
    let choose: (country: string | undefined) => void = () => undefined
    const { until } = await render(() => {
      const [country, setCountry] = useState<string | undefined>('NL')
      choose = setCountry
      const result = useLive(country === undefined ? undefined : cities.query({ where: { country } }).live())
      return result?.rows[0]?.name ?? 'nothing'
    })
    expect(await until('Delft')).toBe('Delft')
    await act(async () => choose('BE'))
    expect(await until('Ghent')).toBe('Ghent')
    await act(async () => choose(undefined))
    expect(await until('nothing')).toBe('nothing')
  })

  it('shows which rows are pending', async () => {
    const { cities } = await openCities()
    const seen: boolean[] = []
    const { until } = await render(() => {
      const result = useLive(cities.live(delft))
      if (result?.item !== undefined) seen.push(result.isPending)
      return result?.item === undefined ? 'none' : result.isPending ? 'saving' : 'saved'
    })
    expect(await until('none')).toBe('none')
    await act(async () => void cities.put(delft))
    expect(await until('saved')).toBe('saved')
    expect(seen.at(-1)).toBe(false)
  })

  it('throws why the result has ended', async () => {
    const { cities } = await openCities()
    const { until } = await render(
      inBoundary(() => useLive(cities.scan({ filter: { expression: 'nonsense' } }).live())?.rows.length),
    )
    expect(await until('ValidationException')).toBe('ValidationException')
  })

  it('renders on a server as long as there is nothing, without asking', async () => {
    const fixture = await openCities(delft)
    expect(renderToString(createElement(listOf(fixture, 'NL')))).toBe('loading')
  })
})

describe('useLiveSuspense', () => {
  it('suspends until the result is there', async () => {
    const { cities } = await openCities(delft)
    const List: FunctionComponent = () =>
      useLiveSuspense(cities.scan().live())
        .rows.map(({ name }) => name)
        .join(' ')
    const { text, until } = await render(() => createElement(Suspense, { fallback: 'waiting' }, createElement(List)))
    expect(text()).toBe('waiting')
    expect(await until('Delft')).toBe('Delft')
    await act(() => cities.put({ country: 'NL', name: 'Leiden' }))
    expect(await until('Delft Leiden')).toBe('Delft Leiden')
  })

  it('asks anew when it is rendered so late that the result has been let go', async () => {
    const { cities } = await openCities(delft)
    let goOn = (): void => undefined
    let blocker: Promise<void> | undefined
    let renders = 0
    const List: FunctionComponent = () => {
      renders++
      // reason: a promise that is thrown is how a component suspends.
      // oxlint-disable-next-line typescript/only-throw-error
      if (blocker !== undefined) throw blocker
      return useLiveSuspense(cities.scan().live())
        .rows.map(({ name }) => name)
        .join(' ')
    }
    const { text, until } = await render(() => createElement(Suspense, { fallback: 'waiting' }, createElement(List)))
    blocker = new Promise((resolve) => (goOn = resolve))
    // Longer than a result is kept that nobody shows.
    await act(() => new Promise((resolve) => setTimeout(resolve, 1500)))
    expect(text()).toBe('waiting')
    blocker = undefined
    goOn()
    expect(await until('Delft')).toBe('Delft')
    expect(renders).toBeLessThan(20)
  })

  it('tells that the database has been closed', async () => {
    const { cities, database } = await openCities(delft)
    await database.close()
    const { until } = await render(
      inBoundary(
        () => useLiveSuspense(cities.scan().live()).rows.length,
        (list) => createElement(Suspense, { fallback: 'waiting' }, list),
      ),
    )
    expect(await until('DatabaseError')).toBe('DatabaseError')
  })

  it('throws why there is no result', async () => {
    const { cities } = await openCities()
    const { until } = await render(
      inBoundary(
        () => useLiveSuspense(cities.scan({ filter: { expression: 'nonsense' } }).live()).rows.length,
        (list) => createElement(Suspense, { fallback: 'waiting' }, list),
      ),
    )
    expect(await until('ValidationException')).toBe('ValidationException')
  })
})
