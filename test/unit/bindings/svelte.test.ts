// Live results as state and stores of Svelte. Runes are made by the compiler, so that a small module is compiled here.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compileModule } from 'svelte/compiler'
import { get } from 'svelte/store'
import { afterAll, describe, expect, it } from 'vitest'
import type { LiveRows } from '../../../src/client/live.ts'
import type { LiveState } from '../../../src/client/svelte.ts'
import { liveState, liveStore } from '../../../src/client/svelte.ts'
import { type City, eventually, openCities } from '../../support/cities-fixture.ts'
import { countSubscriptions } from '../../support/counted-live.ts'

const FOLDER = resolve(import.meta.dirname, '../../../node_modules/.cache/tidetable-svelte')
const delft = { country: 'NL', name: 'Delft' }

type Counted = ReturnType<typeof countSubscriptions<LiveRows<City>>>

/** Calls `see` with what is read each time that it has changed; the result ends that. */
type Watch = <Result>(live: LiveState<Result>, see: (read: () => Result | undefined) => void) => () => void

/** As `watch`, of what is derived from a country that can be chosen. */
type Choose = <Result>(
  derive: (country: string) => LiveState<Result>,
  see: (read: () => Result | undefined) => void,
) => { readonly stop: () => void; readonly choose: (country: string) => void }

async function compiledWatch(): Promise<Watch> {
  return (await compiled()).watch
}

async function compiled(): Promise<{ readonly watch: Watch; readonly derived: Choose }> {
  const source = `
    export function derived(derive, see) {
      let country = $state('NL')
      const live = $derived(derive(country))
      const stop = $effect.root(() => {
        $effect(() => see(() => live.current))
      })
      return { stop, choose: (next) => (country = next) }
    }
    export function watch(live, see) {
      return $effect.root(() => {
        $effect(() => see(() => live.current))
      })
    }`
  const { js } = compileModule(source, { filename: 'watch.svelte.js', generate: 'client' })
  mkdirSync(FOLDER, { recursive: true })
  const file = join(FOLDER, 'watch.js')
  writeFileSync(file, js.code)
  return (await import(/* @vite-ignore */ file)) as { watch: Watch; derived: Choose }
}

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

describe('liveState', () => {
  it('is followed by effects while they read it', async () => {
    const { cities } = await openCities(delft)
    const watch = await compiledWatch()
    const seen: (string | undefined)[] = []
    const stop = watch(liveState(cities.scan().live()), (read) => {
      seen.push(
        read()
          ?.rows.map(({ name }) => name)
          .join(' '),
      )
    })
    await eventually(() => seen.at(-1) === 'Delft')
    await cities.put({ country: 'NL', name: 'Leiden' })
    await eventually(() => seen.at(-1) === 'Delft Leiden')
    stop()
    const before = seen.length
    await cities.put({ country: 'NL', name: 'Hoorn' })
    expect([seen[0], seen.length]).toEqual([undefined, before])
  })

  it('throws why the result has ended', async () => {
    const { cities } = await openCities()
    const watch = await compiledWatch()
    const errors: unknown[] = []
    const stop = watch(liveState(cities.scan({ filter: { expression: 'nonsense' } }).live()), (read) => {
      try {
        read()
      } catch (error) {
        errors.push(error)
      }
    })
    await eventually(() => errors.length > 0)
    expect(errors).toMatchObject([{ name: 'ValidationException' }])
    stop()
  })
})

describe('liveState, between those who follow it', () => {
  it('asks anew when it is followed again, whatever it had and whyever it ended', async () => {
    const { cities, database } = await openCities(delft)
    const watch = await compiledWatch()
    const { live, count } = countSubscriptions(cities.scan().live())
    const state = liveState(live)
    const seen: unknown[] = []
    const see = (read: () => typeof live.current): void => {
      try {
        seen.push(read()?.rows)
      } catch (error) {
        seen.push((error as Error).name)
      }
    }
    let stop = watch(state, see)
    await eventually(() => seen.length === 2)
    await database.send('DeleteTable', { TableName: 'cities' })
    await eventually(() => seen.at(-1) === 'ResourceNotFoundException')
    stop()
    await eventually(() => count() === 0)
    expect(state.current).toBeUndefined()
    await database.send('CreateTable', {
      TableName: 'cities',
      AttributeDefinitions: [
        { AttributeName: 'country', AttributeType: 'S' },
        { AttributeName: 'name', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'country', KeyType: 'HASH' },
        { AttributeName: 'name', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    })
    stop = watch(state, see)
    await eventually(() => Array.isArray(seen.at(-1)))
    stop()
    expect(seen).toEqual([undefined, [delft], 'ResourceNotFoundException', undefined, []])
  })

  it('may be derived from what can be chosen, and leaves what was chosen before', async () => {
    const { cities } = await openCities(delft, { country: 'BE', name: 'Ghent' })
    const { derived } = await compiled()
    const asked = new Map(
      ['NL', 'BE'].map((country) => [country, countSubscriptions(cities.query({ where: { country } }).live())]),
    )
    const counts = (): (number | undefined)[] => ['NL', 'BE'].map((country) => asked.get(country)?.count())
    const seen: (string | undefined)[] = []
    const { stop, choose } = derived(
      (country) => liveState((asked.get(country) as Counted).live),
      (read) => seen.push(read()?.rows[0]?.name),
    )
    await eventually(() => seen.at(-1) === 'Delft')
    choose('BE')
    await eventually(() => seen.at(-1) === 'Ghent')
    await eventually(() => counts().join() === '0,1')
    stop()
    await eventually(() => counts().join() === '0,0')
    expect(seen).toEqual([undefined, 'Delft', undefined, 'Ghent'])
  })

  it('has what others follow when nobody follows it', async () => {
    const { cities } = await openCities(delft)
    const live = cities.scan().live()
    const [state, store] = [liveState(live), liveStore(live)]
    expect([state.current, get(store)]).toEqual([undefined, undefined])
    const { unsubscribe } = live.subscribe(() => undefined)
    await eventually(() => live.current !== undefined)
    expect([state.current, get(store)]).toEqual([live.current, live.current])
    unsubscribe()
  })
})

describe('liveStore', () => {
  it('is a store', async () => {
    const { cities } = await openCities(delft)
    const store = liveStore(cities.scan().live())
    expect(get(store)).toBeUndefined()
    const seen: (number | undefined)[] = []
    const stop = store.subscribe((result) => seen.push(result?.rows.length))
    await eventually(() => seen.at(-1) === 1)
    expect(get(store)?.rows).toEqual([delft])
    stop()
  })

  it('tells why the result has ended', async () => {
    const { cities } = await openCities()
    const errors: unknown[] = []
    const store = liveStore(cities.scan({ filter: { expression: 'nonsense' } }).live(), (error) => errors.push(error))
    const stop = store.subscribe(() => undefined)
    await eventually(() => errors.length > 0)
    expect(errors).toMatchObject([{ name: 'ValidationException' }])
    stop()
  })
})
