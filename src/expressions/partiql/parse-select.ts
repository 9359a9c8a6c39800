// SELECT: the whole of PartiQL's clauses is read, as the service says which of them it does not take.

import type { StatementReader } from './statement-reader.ts'
import type { OrderSyntax, SelectSyntax, TermSyntax } from './statement-syntax.ts'
import { parseSource, parseTerm } from './parse-term.ts'

/** What a statement has that DynamoDB's PartiQL lacks; the first one counts. */
class Refusals {
  first: string | undefined

  add(problem: string): void {
    this.first ??= problem
  }
}

/** Parses a SELECT, up to what cannot be part of it. */
export function parseSelect(reader: StatementReader): SelectSyntax {
  reader.expect('SELECT')
  const refusals = new Refusals()
  const items = parseProjection(reader, refusals)
  reader.expect('FROM')
  const source = parseFrom(reader, refusals)
  const where = reader.takeIf('WHERE') ? parseTerm(reader) : undefined
  parseGrouping(reader, refusals)
  const order = parseOrder(reader)
  if (reader.takeIf('LIMIT')) refuseClause(refusals, 'LIMIT', parseTerm(reader))
  return { kind: 'select', items, source, where, order, refusal: refusals.first }
}

/** Takes a name that would be an alias, with AS before it or without. */
export function takesAlias(reader: StatementReader): boolean {
  const isWritten = reader.takeIf('AS')
  const isName = reader.next.kind === 'name' || reader.next.kind === 'quoted'
  if (isName) reader.take()
  else if (isWritten) reader.refuse()
  return isName
}

/** @returns undefined for `*` */
function parseProjection(reader: StatementReader, refusals: Refusals): readonly TermSyntax[] | undefined {
  if (reader.takeIf('DISTINCT')) refusals.add('Unsupported token in expression: DISTINCT')
  else reader.takeIf('ALL')
  if (reader.takeIf('*')) return undefined
  if (reader.sees('VALUE') || reader.sees('PIVOT')) {
    refusals.add("Select projection doesn't support value or pivot keywords")
    reader.take()
  }
  const items: TermSyntax[] = []
  do {
    const item = parseTerm(reader)
    if (item.kind === 'path' && item.steps.some(({ kind }) => kind === 'unpivot')) {
      refusals.add("Changing item's hierarchy while reading isn't supported")
    }
    if (takesAlias(reader)) refusals.add('Aliasing is not supported')
    items.push(item)
  } while (reader.takeIf(','))
  return items
}

function parseFrom(reader: StatementReader, refusals: Refusals): TermSyntax {
  const source = parseSource(reader)
  if (takesAlias(reader)) refusals.add('Aliasing is not supported')
  while (reader.takeIf(',')) {
    refusals.add('Only select from a single table or index is supported.')
    parseSource(reader)
    takesAlias(reader)
  }
  return source
}

function parseGrouping(reader: StatementReader, refusals: Refusals): void {
  if (reader.takeIf('GROUP')) {
    reader.expect('BY')
    refusals.add('Unsupported clause: GROUP BY')
    do parseTerm(reader)
    while (reader.takeIf(','))
  }
  if (reader.takeIf('HAVING')) refuseClause(refusals, 'HAVING', parseTerm(reader))
}

function parseOrder(reader: StatementReader): readonly OrderSyntax[] {
  const order: OrderSyntax[] = []
  if (!reader.takeIf('ORDER')) return order
  reader.expect('BY')
  do {
    const term = parseTerm(reader)
    const isDescending = reader.takeIf('DESC')
    if (!isDescending) reader.takeIf('ASC')
    order.push({ term, isDescending })
  } while (reader.takeIf(','))
  return order
}

function refuseClause(refusals: Refusals, clause: string, { place }: TermSyntax): void {
  refusals.add(`Unsupported clause: ${clause} at ${place.line}:${place.column}:${place.length}`)
}
