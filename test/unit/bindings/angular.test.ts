// @vitest-environment happy-dom
// Live results as signals of Angular, in an injector's life and in a component's, which is written as the compiler would.

import {
  ApplicationRef,
  createComponent,
  createEnvironmentInjector,
  type EnvironmentInjector,
  Injector,
  input,
  provideZonelessChangeDetection,
  type Renderer2,
  RendererFactory2,
  runInInjectionContext,
  signal,
  ɵINJECTOR_SCOPE as INJECTOR_SCOPE,
  ɵɵdefineComponent as defineComponent,
  ɵɵtext as text,
  ɵɵtextInterpolate as textInterpolate,
} from '@angular/core'
import { describe, expect, it } from 'vitest'
import { liveSignal } from '../../../src/client/angular.ts'
import { eventually, openCities } from '../../support/cities-fixture.ts'
import { countSubscriptions } from '../../support/counted-live.ts'

const delft = { country: 'NL', name: 'Delft' }
const ghent = { country: 'BE', name: 'Ghent' }

function createInjector(): EnvironmentInjector {
  return createEnvironmentInjector([], Injector.NULL as EnvironmentInjector)
}

/** What an application without zones gives its services and components; the package for browsers adds the renderer. */
function createApplication(): EnvironmentInjector {
  const renderer: Partial<Renderer2> = {
    selectRootElement: (element: Element) => element,
    createText: (value) => document.createTextNode(value),
    appendChild: (parent: Node, child: Node) => void parent.appendChild(child),
    setValue: (node: Text, value) => void (node.data = value),
    setAttribute: (element: Element, name, value) => element.setAttribute(name, value),
    removeChild: (_parent, child: ChildNode) => child.remove(),
    listen: () => () => undefined,
    destroy: () => undefined,
  }
  return createEnvironmentInjector(
    [
      { provide: INJECTOR_SCOPE, useValue: 'root' },
      { provide: RendererFactory2, useValue: { createRenderer: () => renderer } },
      provideZonelessChangeDetection(),
    ],
    Injector.NULL as EnvironmentInjector,
  )
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

  it('follows what a function asks for, as signals change, until its injector is destroyed', async () => {
    const { cities } = await openCities(delft, ghent)
    const injector = createApplication()
    const country = signal<string | undefined>('NL')
    const { live: dutch, count } = countSubscriptions(cities.query({ where: { country: 'NL' } }).live())
    const result = liveSignal(
      () => {
        const where = country()
        if (where === undefined) return undefined
        return where === 'NL' ? dutch : cities.query({ where: { country: where } }).live()
      },
      { injector },
    )
    const names = (): string | undefined =>
      result()
        ?.rows.map(({ name }) => name)
        .join(' ')
    expect(names()).toBeUndefined()
    await eventually(() => names() === 'Delft')
    expect(count()).toBe(1)
    country.set('BE')
    expect(names()).toBeUndefined()
    await eventually(() => names() === 'Ghent')
    expect(count()).toBe(0)
    country.set(undefined)
    expect(names()).toBeUndefined()
    country.set('NL')
    await eventually(() => names() === 'Delft')
    injector.destroy()
    expect(count()).toBe(0)
  })

  it('may be asked for what an input says, which a component has later, and renders without zones', async () => {
    const { cities } = await openCities(delft, ghent)
    const injector = createApplication()
    const asked = new Map(
      ['NL', 'BE'].map((country) => [country, countSubscriptions(cities.query({ where: { country } }).live())]),
    )
    class List {
      static readonly ɵcmp: unknown = defineComponent({
        type: List,
        selectors: [['city-list']],
        inputs: { country: [1, 'country'] },
        decls: 1,
        vars: 1,
        template: (flags: number, list: List): void => {
          if (flags & 1) text(0)
          if (flags & 2)
            textInterpolate(
              list
                .cities()
                ?.rows.map(({ name }) => name)
                .join(' ') ?? 'loading',
            )
        },
      } as never)
      static readonly ɵfac = (): List => new List()
      readonly country = input.required<string>()
      readonly cities = liveSignal(() => asked.get(this.country())?.live)
    }
    const hostElement = document.createElement('city-list')
    const component = createComponent(List, { environmentInjector: injector, hostElement })
    component.setInput('country', 'NL')
    injector.get(ApplicationRef).attachView(component.hostView)
    await eventually(() => hostElement.textContent === 'Delft')
    component.setInput('country', 'BE')
    await eventually(() => hostElement.textContent === 'Ghent')
    await cities.put({ country: 'BE', name: 'Bruges' })
    await eventually(() => hostElement.textContent === 'Bruges Ghent')
    expect([asked.get('NL')?.count(), asked.get('BE')?.count()]).toEqual([0, 1])
    component.destroy()
    expect(asked.get('BE')?.count()).toBe(0)
    injector.destroy()
  })

  it('says where it must be called', async () => {
    const { cities } = await openCities()
    expect(() => liveSignal(cities.scan().live())).toThrow(/injection context/)
  })
})
