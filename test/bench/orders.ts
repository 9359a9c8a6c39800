// The benchmark's data: orders of about 400 bytes. The same seed gives the same orders for ever, whichever peer stores
// them.

import { seededRandom } from '../../src/base/random.ts'
import type { Random } from '../../src/base/random.ts'

/** One order. `customer` and `dateId` are its key, `product` is indexed. */
export interface Order {
  readonly customer: string
  /** Day and number of the order, which sorts by day. */
  readonly dateId: string
  readonly product: string
  readonly status: string
  readonly quantity: number
  readonly unitPriceCents: number
  readonly paid: boolean
  readonly address: {
    readonly street: string
    readonly city: string
    readonly postalCode: string
    readonly country: string
  }
  readonly tags: readonly string[]
  readonly note: string
}

/** What is needed to find an order. */
export interface OrderKey {
  readonly customer: string
  readonly dateId: string
}

/** Which orders to make. */
export interface OrderOptions {
  readonly seed: number
  /** How many orders the data set holds: the numbers of customers and products follow from it. */
  readonly items: number
}

/** The status of about one order in a hundred: what the filtered scan looks for. */
export const RARE_STATUS = 'returned'

const ORDERS_PER_CUSTOMER = 50
const ORDERS_PER_PRODUCT = 125
const DAYS = 365
const DAY_MS = 86_400_000
const FIRST_DAY_MS = Date.UTC(2026, 0, 1)
const RARE_ONE_IN = 100
const NOTE_WORDS = 18
const STATUSES = ['delivered', 'packed', 'paid', 'shipped', 'waiting'] as const
const CITIES = [
  'Aarhus',
  'Bergen',
  'Cádiz',
  'Dresden',
  'Évora',
  'Gdańsk',
  'Leuven',
  'Nantes',
  'Turku',
  'Zürich',
] as const
const COUNTRIES = ['BE', 'CH', 'DE', 'DK', 'ES', 'FI', 'FR', 'NO', 'PL', 'PT'] as const
const TAGS = ['bulk', 'export', 'first-order', 'fragile', 'gift', 'return-address', 'weekend'] as const
const WORDS = ['again', 'before', 'bell', 'call', 'door', 'green', 'leave', 'left', 'noon', 'please', 'porch'] as const

/**
 * The order of this number. Numbers from `items` on are further orders of the same customers.
 * @param index from 0 to 2^31 - 1
 */
export function orderAt(options: OrderOptions, index: number): Order {
  const random = seededRandom(Math.imul(options.seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  const day = new Date(FIRST_DAY_MS + below(random, DAYS) * DAY_MS).toISOString().slice(0, 10)
  const place = below(random, CITIES.length)
  return {
    customer: customerName(below(random, customerCount(options.items))),
    dateId: `${day}#${String(index).padStart(9, '0')}`,
    product: productName(below(random, productCount(options.items))),
    status: below(random, RARE_ONE_IN) === 0 ? RARE_STATUS : pick(random, STATUSES),
    quantity: 1 + below(random, 12),
    unitPriceCents: 95 + below(random, 50_000),
    paid: below(random, 4) !== 0,
    address: {
      street: `${1 + below(random, 240)} ${pick(random, WORDS)} street`,
      city: CITIES[place] as string,
      postalCode: String(10_000 + below(random, 89_999)),
      country: COUNTRIES[place] as string,
    },
    tags: [pick(random, TAGS), pick(random, TAGS)],
    note: Array.from({ length: NOTE_WORDS }, () => pick(random, WORDS)).join(' '),
  }
}

/** A customer of the data set, by number modulo their count. */
export function customerOf(options: OrderOptions, index: number): string {
  return customerName(index % customerCount(options.items))
}

/** A product of the data set, by number modulo their count. */
export function productOf(options: OrderOptions, index: number): string {
  return productName(index % productCount(options.items))
}

function customerCount(items: number): number {
  return Math.max(1, Math.floor(items / ORDERS_PER_CUSTOMER))
}

function productCount(items: number): number {
  return Math.max(1, Math.floor(items / ORDERS_PER_PRODUCT))
}

function customerName(index: number): string {
  return `customer-${String(index).padStart(6, '0')}`
}

function productName(index: number): string {
  return `product-${String(index).padStart(5, '0')}`
}

function pick(random: Random, values: readonly string[]): string {
  return values[below(random, values.length)] as string
}

function below(random: Random, bound: number): number {
  return random.uint32() % bound
}
