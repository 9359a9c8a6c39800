// Expressions as text, with the names and values that they use, of every form that the grammars have, on attributes that
// items have now and then. Careful ones are never refused for what they say (an item may still not fit them), so that a
// mistake that is put into their request is the only one; wild ones are often refused.

import type { Draw } from './draw.ts'
import type { KeyAttribute } from './draw-tables.ts'
import {
  anyValue,
  KEY_BOUNDS,
  keyValue,
  numberValue,
  PLAIN_NAMES,
  scalarValue,
  setValue,
  type WireValue,
} from './draw-values.ts'

const COMPARATORS = ['=', '<>', '<', '<=', '>', '>=']
const TYPE_NAMES = ['S', 'N', 'B', 'SS', 'NS', 'BS', 'L', 'M', 'BOOL', 'NULL']
const WILD_NAMES = [...PLAIN_NAMES, 'g', 'l', 'r', 'p', 's']
const CAREFUL_PERCENT = 85
/** What may stand in an expression as it is: no reserved word, and letters only at the start. */
const BARE_NAME = /^(?!(?:list|set|size|name|names|constructor)$)[A-Za-z][A-Za-z0-9_]*$/i

/** Whether the expressions of the next request are careful. */
export function carefully(draw: Draw): boolean {
  return draw.chance(CAREFUL_PERCENT)
}

/** Collects the placeholders of one request. */
export class ExpressionText {
  readonly isCareful: boolean
  readonly names: Record<string, string> = {}
  readonly values: Record<string, WireValue> = {}
  readonly #draw: Draw
  readonly #attributes: readonly string[]

  /** @param attributes that careful expressions may be about */
  constructor(draw: Draw, attributes: readonly string[] = PLAIN_NAMES, isCareful: boolean = carefully(draw)) {
    this.#draw = draw
    this.isCareful = isCareful
    this.#attributes = this.isCareful ? attributes : WILD_NAMES
  }

  /** The parameters beside the expressions themselves. */
  get parameters(): Readonly<Record<string, unknown>> {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    }
  }

  condition(depth = 2): string {
    const draw = this.#draw
    return draw.weighted([
      [6, () => this.#predicate()],
      [
        depth > 0 ? 2 : 0,
        () => `${this.condition(depth - 1)} ${draw.pick(['AND', 'and', 'OR', 'or'])} ${this.condition(depth - 1)}`,
      ],
      [depth > 0 ? 1 : 0, () => `${draw.pick(['NOT', 'not'])} ${this.condition(0)}`],
      [depth > 0 ? 1 : 0, () => `${draw.pick(['NOT', 'not'])} (${this.condition(0)} OR ${this.condition(0)})`],
      [depth > 0 ? 2 : 0, () => `(${this.condition(0)} AND ${this.condition(0)})`],
    ])
  }

  projection(): string {
    const draw = this.#draw
    const count = draw.between(1, 4)
    const paths = this.isCareful
      ? draw.some(this.#attributes, count).map((name) => this.#path([name]))
      : Array.from({ length: count }, () => this.#path())
    return paths.join(draw.pick([', ', ',', ' , ']))
  }

  update(): string {
    const draw = this.#draw
    const few = (): number =>
      draw.weighted([
        [5, () => 1],
        [2, () => 2],
        [1, () => 3],
      ])
    const left = draw.some(this.isCareful ? this.#attributes : [...WILD_NAMES, ...WILD_NAMES], WILD_NAMES.length)
    const names = [...left]
    const sections = draw.some(['SET', 'REMOVE', 'ADD', 'DELETE'], few()).map((section) => {
      const actions = names.splice(0, few()).map((name) => this.#action(section, name))
      return `${draw.chance(80) ? section : section.toLowerCase()} ${actions.join(', ')}`
    })
    return sections.join(' ')
  }

  keyCondition(key: readonly KeyAttribute[]): string {
    const draw = this.#draw
    const [partition, sort] = key as [KeyAttribute, KeyAttribute?]
    const first = `${this.#name(partition.name)} = ${this.#value(keyValue(draw, partition.type))}`
    if (sort === undefined || draw.chance(40)) return first
    const second = this.#sortCondition(sort)
    const both = draw.chance(90) ? [first, second] : [second, first]
    return draw.chance(90) ? both.join(` ${draw.pick(['AND', 'and'])} `) : `(${both[0]}) AND (${both[1]})`
  }

  #name(name: string): string {
    if (BARE_NAME.test(name) && this.#draw.chance(70)) return name
    const known = Object.keys(this.names).find((placeholder) => this.names[placeholder] === name)
    if (known !== undefined) return known
    const placeholder = `#n${Object.keys(this.names).length}`
    this.names[placeholder] = name
    return placeholder
  }

  #value(value: WireValue): string {
    const known = Object.keys(this.values)
    if (!this.isCareful && known.length > 0 && this.#draw.chance(10)) return this.#draw.pick(known)
    const placeholder = `:v${known.length}`
    this.values[placeholder] = value
    return placeholder
  }

  #path(names: readonly string[] = this.#attributes): string {
    const draw = this.#draw
    let text = this.#name(draw.pick(names))
    while (draw.chance(25)) {
      const member = draw.pick(['a', 'b', 'x', 'y', 'size', '__proto__'])
      text += draw.chance(50) ? `[${draw.below(3)}]` : `.${this.#name(member)}`
    }
    return text
  }

  #operand(): string {
    const draw = this.#draw
    return draw.weighted([
      [5, () => this.#path()],
      [6, () => this.#value(anyValue(draw, 1))],
      [1, () => `size(${this.#path()})`],
      [1, () => `size (${draw.chance(60) ? this.#path() : this.#value(anyValue(draw, 1))})`],
    ])
  }

  #predicate(): string {
    return this.isCareful ? this.#carefulPredicate() : this.#wildPredicate()
  }

  #carefulPredicate(): string {
    const draw = this.#draw
    const [one, other = one] = draw.some(this.#attributes, 2) as [string, string?]
    const path = (): string => this.#path([one])
    const second = (): string => this.#path([other])
    const space = draw.chance(80) ? ' ' : ''
    const comparator = draw.pick(COMPARATORS)
    const isEquality = comparator === '=' || comparator === '<>'
    const value = (): string => this.#value(isEquality ? anyValue(draw, 2) : scalarValue(draw))
    const [low, high] = draw.pick<readonly [WireValue, WireValue]>([
      [{ N: '0' }, { N: '10' }],
      [{ S: 'a' }, { S: 'b' }],
      [{ B: 'AA==' }, { B: '/w==' }],
    ])
    return draw.weighted([
      [5, () => `${path()}${space}${comparator}${space}${value()}`],
      [1, () => `${value()}${space}${comparator}${space}${path()}`],
      [1, () => `size(${path()}) ${comparator} ${this.#value({ N: draw.pick(['0', '1', '2', '3']) })}`],
      [one === other ? 0 : 1, () => `${path()} ${comparator} ${second()}`],
      [2, () => `${path()} ${draw.pick(['BETWEEN', 'between'])} ${this.#value(low)} AND ${this.#value(high)}`],
      [2, () => `${path()} ${draw.pick(['IN', 'in'])} (${this.#someValues().join(', ')})`],
      [4, () => `attribute_${draw.pick(['', 'not_'])}exists(${path()})`],
      [2, () => `attribute_type(${path()}, ${this.#value({ S: draw.pick(TYPE_NAMES) })})`],
      [2, () => `begins_with(${path()}, ${this.#value({ S: draw.pick(['', 'a', 'ab']) })})`],
      [2, () => `contains(${path()}, ${this.#value(scalarValue(draw))})`],
      [one === other ? 0 : 1, () => `contains(${path()}, ${second()})`],
    ])
  }

  #wildPredicate(): string {
    const draw = this.#draw
    const operand = (): string => this.#operand()
    return draw.weighted([
      [4, () => `${operand()} ${draw.pick(COMPARATORS)} ${operand()}`],
      [2, () => `${operand()} BETWEEN ${operand()} AND ${operand()}`],
      [2, () => `${operand()} IN (${operand()}, ${operand()})`],
      [1, () => `attribute_exists(${operand()})`],
      [1, () => `attribute_type(${operand()}, ${this.#value(anyValue(draw, 0))})`],
      [2, () => `begins_with(${operand()},${operand()})`],
      [2, () => `contains(${operand()} , ${operand()})`],
      [1, () => `((${operand()} = ${operand()}))`],
    ])
  }

  #someValues(): readonly string[] {
    return Array.from({ length: this.#draw.between(1, 3) }, () => this.#value(anyValue(this.#draw, 1)))
  }

  #action(section: string, name: string): string {
    const draw = this.#draw
    const path = this.#path([name])
    const isNested = /[.[]/.test(path)
    switch (section) {
      case 'SET':
        return `${path} = ${this.isCareful ? this.#carefulSetValue() : this.#wildSetValue()}`
      case 'REMOVE':
        return path
      case 'ADD':
        return `${path} ${this.#value(this.isCareful || draw.chance(50) ? this.#added(isNested) : anyValue(draw, 1))}`
      default:
        return `${path} ${this.#value(this.isCareful || draw.chance(50) ? setValue(draw) : anyValue(draw, 1))}`
    }
  }

  #added(isNested: boolean): WireValue {
    return isNested || this.#draw.chance(50) ? numberValue(this.#draw) : setValue(this.#draw)
  }

  #carefulSetValue(): string {
    const draw = this.#draw
    const path = (): string => this.#path()
    const number = (): string => this.#value(numberValue(draw))
    const list = (): string => this.#value({ L: Array.from({ length: draw.below(3) }, () => scalarValue(draw)) })
    return draw.weighted([
      [6, () => this.#value(anyValue(draw, 2))],
      [2, path],
      [2, () => `if_not_exists(${path()}, ${this.#value(anyValue(draw, 1))})`],
      [2, () => `${path()} ${draw.pick(['+', '-'])} ${number()}`],
      [1, () => `${number()}${draw.pick(['+', ' - '])}${number()}`],
      [3, () => `if_not_exists(${path()}, ${number()}) ${draw.pick(['+', '-'])} ${number()}`],
      [1, () => `list_append(${path()}, ${list()})`],
      [1, () => `list_append(${list()}, ${path()})`],
      [2, () => `list_append(if_not_exists(${path()}, ${list()}), ${list()})`],
    ])
  }

  #wildSetValue(): string {
    const draw = this.#draw
    const operand = (): string =>
      draw.weighted([
        [4, () => this.#operand()],
        [1, () => `if_not_exists(${this.#operand()}, ${this.#operand()})`],
      ])
    return draw.weighted([
      [3, operand],
      [2, () => `${operand()} ${draw.pick(['+', '-'])} ${operand()}`],
      [1, () => `list_append(${operand()}, ${operand()})`],
      [1, () => `list_append(${operand()})`],
    ])
  }

  #sortCondition({ name, type }: KeyAttribute): string {
    const draw = this.#draw
    const value = (): string => this.#value(keyValue(draw, this.isCareful ? type : draw.pick(['S', 'N', 'B'])))
    const [low, high] = KEY_BOUNDS[type]
    return draw.weighted([
      [5, () => `${this.#name(name)} ${draw.pick(['=', '<', '<=', '>', '>='])} ${value()}`],
      [3, () => `${this.#name(name)} BETWEEN ${this.#value(low)} AND ${this.#value(high)}`],
      [type === 'N' && this.isCareful ? 0 : 3, () => `begins_with(${this.#name(name)}, ${value()})`],
      [this.isCareful ? 0 : 1, () => `${this.#name(name)} <> ${value()}`],
      [this.isCareful ? 0 : 1, () => `${this.#name(name)} BETWEEN ${value()} AND ${value()}`],
      [this.isCareful ? 0 : 1, () => `${value()} ${draw.pick(['=', '<', '>'])} ${this.#name(name)}`],
    ])
  }
}
