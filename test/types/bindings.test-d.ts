// What the doors to frameworks give, as their callers' compiler sees it.

import type { Signal } from '@angular/core'
import type { Accessor } from 'solid-js'
import type { Readable } from 'svelte/store'
import { defineTable, type Live, type LiveItem, type LiveRows, type Table } from 'tidetable'
import { liveSignal } from 'tidetable/angular'
import { useLive, useLiveSuspense } from 'tidetable/react'
import { createLive } from 'tidetable/solid'
import { liveState, liveStore } from 'tidetable/svelte'
import { useLive as useVueLive } from 'tidetable/vue'
import { expectTypeOf } from 'vitest'

interface City {
  readonly country: string
  readonly name: string
  readonly population: number
}

const CITIES = defineTable<City>()({
  name: 'cities',
  attributes: { country: 'S', name: 'S' },
  key: { partition: 'country', sort: 'name' },
})

declare const cities: Table<typeof CITIES>

const dutch = cities.query({ where: { country: 'NL' } }).live()
type Dutch = LiveRows<City>

expectTypeOf(dutch).toEqualTypeOf<Live<Dutch>>()
expectTypeOf(cities.scan({ select: ['name'] }).live()).toEqualTypeOf<Live<LiveRows<Pick<City, 'name'>>>>()
expectTypeOf(cities.live({ country: 'NL', name: 'Delft' })).toEqualTypeOf<Live<LiveItem<City>>>()
expectTypeOf(useLive(dutch)).toEqualTypeOf<Dutch | undefined>()
expectTypeOf(useLiveSuspense(dutch)).toEqualTypeOf<Dutch>()
expectTypeOf(useVueLive(() => dutch).result.value).toEqualTypeOf<Dutch | undefined>()
expectTypeOf(liveState(dutch).current).toEqualTypeOf<Dutch | undefined>()
expectTypeOf(liveStore(dutch)).toEqualTypeOf<Readable<Dutch | undefined>>()
expectTypeOf(createLive(() => dutch)).toEqualTypeOf<Accessor<Dutch | undefined>>()
expectTypeOf(liveSignal(dutch)).toEqualTypeOf<Signal<Dutch | undefined>>()
expectTypeOf(liveSignal(() => dutch)).toEqualTypeOf<Signal<Dutch | undefined>>()
expectTypeOf(liveSignal(() => undefined as typeof dutch | undefined)).toEqualTypeOf<Signal<Dutch | undefined>>()
// @ts-expect-error reason: a live result is asked for, not rows.
useLive(cities.scan())
