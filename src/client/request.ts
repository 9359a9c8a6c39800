// Builds the requests of the typed client: DynamoDB's inputs, with holes where packed items go and one writer for all
// expressions of a request.

import type { NativeItem } from '../model/native.ts'
import { packNativeItem } from '../model/native.ts'
import type { GrowableDictionary } from '../model/packed-item.ts'
import { HOLE } from '../rpc/holes.ts'
import type { Prepared } from '../rpc/pending-call.ts'
import { type Expression, ExpressionWriter } from './expression.ts'

/** A condition on the item as it is before a write: that it exists, that it does not, or an expression. */
export type Condition = 'exists' | 'not_exists' | Expression

/** One request in the making. Members are added in the order in which their items are packed. */
export class Request {
  readonly #operation: string
  readonly #dictionary: GrowableDictionary
  readonly #input: Record<string, unknown>
  readonly #items: Uint8Array[] = []
  readonly #writer = new ExpressionWriter()

  constructor(operation: string, tableName: string, dictionary: GrowableDictionary) {
    this.#operation = operation
    this.#dictionary = dictionary
    this.#input = { TableName: tableName }
  }

  /** Sets a member that is sent as it is; nothing when it is undefined. */
  set(member: string, value: unknown): this {
    if (value !== undefined) this.#input[member] = value
    return this
  }

  /** Sets a member that is an item or a key. */
  item(member: string, item: object): this {
    return this.packed(member, packNativeItem(item as NativeItem, this.#dictionary))
  }

  /** Sets a member that is an item, packed with the session's dictionary. */
  packed(member: string, bytes: Uint8Array): this {
    this.#input[member] = HOLE
    this.#items.push(bytes)
    return this
  }

  /** Sets an expression; nothing when there is none. */
  expression(member: string, write: ((writer: ExpressionWriter) => string) | undefined): this {
    return write === undefined ? this : this.set(member, write(this.#writer) || undefined)
  }

  /** Sets the condition of a write to an item with this partition key attribute. */
  condition(condition: Condition | undefined, partitionName: string): this {
    if (condition === undefined) return this
    return this.expression('ConditionExpression', (writer) => writeCondition(writer, condition, partitionName))
  }

  /** Sets which top-level attributes are asked for; all when undefined. */
  select(names: readonly PropertyKey[] | undefined): this {
    if (names === undefined) return this
    return this.expression('ProjectionExpression', (writer) =>
      names.map((each) => writer.name(String(each))).join(', '),
    )
  }

  finish(): Prepared {
    const { names, values } = this.#writer
    if (Object.keys(names).length > 0) this.set('ExpressionAttributeNames', names)
    if (Object.keys(values).length > 0) this.item('ExpressionAttributeValues', values)
    return { form: { operation: this.#operation, input: this.#input, rows: 'packed' }, items: this.#items }
  }
}

/** The text of a condition on an item with this partition key attribute. */
export function writeCondition(writer: ExpressionWriter, condition: Condition, partitionName: string): string {
  if (typeof condition === 'string') return `attribute_${condition}(${writer.name(partitionName)})`
  return writer.expression(condition)
}
