// @vitest-environment happy-dom
// Live results in React components, rendered into a document, on a server, and suspended.

import {
  act,
  Component,
  createElement,
  type FunctionComponent,
  type ReactNode,
  startTransition,
  StrictMode,
  Suspense,
  useLayoutEffect,
  useState,
} from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { LiveRows } from '../../../src/client/live.ts'
import { useLive, useLiveSuspense } from '../../../src/client/react.ts'
import { CITIES, type CitiesFixture, type City, eventually, openCities } from '../../support/cities-fixture.ts'
import { countSubscriptions } from '../../support/counted-live.ts'

const delft = { country: 'NL', name: 'Delft' }
const ghent = { country: 'BE', name: 'Ghent' }

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
})

type Counted = ReturnType<typeof countSubscriptions<LiveRows<City>>>

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

  it('is hydrated as the server has rendered it, even if the result is there already', async () => {
    const { cities } = await openCities(delft)
    const live = cities.scan().live()
    const List: FunctionComponent = () => useLive(live)?.rows.length ?? 'loading'
    const { unsubscribe } = live.subscribe(() => undefined)
    await eventually(() => live.current !== undefined)
    const container = document.createElement('div')
    container.innerHTML = renderToString(createElement(List))
    const errors: unknown[] = []
    const root = await act(async () =>
      hydrateRoot(container, createElement(List), { onRecoverableError: (error) => errors.push(error) }),
    )
    expect([container.textContent, errors]).toEqual(['1', []])
    await act(async () => root.unmount())
    unsubscribe()
  })

  it('has one subscription in strict mode, and none after it was unmounted before there was a result', async () => {
    const { cities } = await openCities(delft)
    const { live, count } = countSubscriptions(cities.scan().live())
    const List: FunctionComponent = () => useLive(live)?.rows.length ?? 'loading'
    const { unmount } = await render(() => createElement(StrictMode, null, createElement(List)))
    expect(count()).toBe(1)
    await unmount()
    expect(count()).toBe(0)
  })

  it('shows the same result wherever it is shown, also where it is shown later', async () => {
    const { cities } = await openCities(delft)
    const Count: FunctionComponent = () => useLive(cities.scan().live())?.rows.length ?? 'loading'
    let show: (count: number) => void = () => undefined
    const { text, until } = await render(() => {
      const [count, setCount] = useState(1)
      show = setCount
      return Array.from({ length: count }, (_, key) => createElement(Count, { key }))
    })
    expect(await until('1')).toBe('1')
    await act(async () => startTransition(() => show(3)))
    expect(text()).toBe('111')
    await act(() => cities.put(ghent))
    expect(await until('222')).toBe('222')
  })

  it('asks anew when its error boundary is tried again', async () => {
    const { cities, database } = await openCities(delft)
    await database.send('DeleteTable', { TableName: 'cities' })
    let retry: () => void = () => undefined
    const List: FunctionComponent = () => useLive(cities.scan().live())?.rows.length ?? 'loading'
    const { until } = await render(() => {
      const [attempt, setAttempt] = useState(0)
      retry = () => setAttempt(attempt + 1)
      return createElement(Boundary, { key: attempt, children: createElement(List) })
    })
    expect(await until('ResourceNotFoundException')).toBe('ResourceNotFoundException')
    const { name, attributes, key } = CITIES
    await database.send('CreateTable', {
      TableName: name,
      AttributeDefinitions: Object.entries(attributes).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: [
        { AttributeName: key.partition, KeyType: 'HASH' },
        { AttributeName: key.sort, KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
    await act(async () => retry())
    expect(await until('0')).toBe('0')
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

  it('keeps what is shown while a transition waits for another request, and leaves no subscription behind', async () => {
    const { cities } = await openCities(delft, ghent)
    const asked = new Map(
      ['NL', 'BE'].map((country) => [country, countSubscriptions(cities.query({ where: { country } }).live())]),
    )
    const List: FunctionComponent<{ readonly country: string }> = ({ country }) =>
      useLiveSuspense((asked.get(country) as Counted).live)
        .rows.map(({ name }) => name)
        .join(' ')
    let choose: (country: string) => void = () => undefined
    let fallbacks = 0
    const Waiting: FunctionComponent = () => {
      useLayoutEffect(() => void fallbacks++, [])
      return 'waiting'
    }
    const { until, unmount } = await render(() => {
      const [country, setCountry] = useState('NL')
      choose = setCountry
      return createElement(
        StrictMode,
        null,
        createElement(Suspense, { fallback: createElement(Waiting) }, createElement(List, { country })),
      )
    })
    expect(await until('Delft')).toBe('Delft')
    const before = fallbacks
    await act(async () => startTransition(() => choose('BE')))
    expect(await until('Ghent')).toBe('Ghent')
    expect(fallbacks).toBe(before)
    expect([asked.get('NL')?.count(), asked.get('BE')?.count()]).toEqual([0, 1])
    await unmount()
    expect(asked.get('BE')?.count()).toBe(0)
  })

  it('leaves no subscription behind when it is unmounted while it waits', async () => {
    const { cities } = await openCities(delft)
    const { live, count } = countSubscriptions(cities.scan().live())
    const List: FunctionComponent = () => useLiveSuspense(live).rows.length
    const container = document.createElement('div')
    const root = createRoot(container)
    await act(async () => root.render(createElement(Suspense, { fallback: 'waiting' }, createElement(List))))
    await act(async () => root.unmount())
    await eventually(() => count() === 0)
    expect(container.textContent).toBe('')
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
