// From text to syntax. Applications send the same few statements again and again with other parameters, so that a parsed
// statement is kept and shared.

import { ParseCache } from '../parse-cache.ts'
import { parseSelect, takesAlias } from './parse-select.ts'
import { parsePath, parseTerm } from './parse-term.ts'
import { malformedStatement } from './statement-exception.ts'
import { StatementReader } from './statement-reader.ts'
import type {
  ChangeSyntax,
  DeleteSyntax,
  ExistsSyntax,
  InsertSyntax,
  ReturningSyntax,
  StatementSyntax,
  UpdateStatementSyntax,
} from './statement-syntax.ts'

const NO_DATA_MANIPULATION = 'Expected data manipulation'

const statements: ParseCache<StatementSyntax> = new ParseCache()

/**
 * Parses a statement.
 *
 * @throws ServiceException ValidationException when it does not follow the grammar
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
 */
export function parsedStatement(text: string): StatementSyntax {
  return statements.parsed(text, () => {
    const reader = new StatementReader(text)
    const statement = parseStatement(reader)
    reader.finish()
    return statement
  })
}

function parseStatement(reader: StatementReader): StatementSyntax {
  if (reader.sees('SELECT')) return parseSelect(reader)
  if (reader.takeIf('INSERT')) return parseInsert(reader)
  if (reader.takeIf('UPDATE')) return parseUpdate(reader)
  if (reader.takeIf('DELETE')) return parseDelete(reader)
  if (reader.takeIf('EXISTS')) return parseExists(reader)
  throw malformedStatement(NO_DATA_MANIPULATION)
}

function parseInsert(reader: StatementReader): InsertSyntax {
  reader.expect('INTO')
  const source = parsePath(reader)
  reader.expect('VALUE')
  const item = parseTerm(reader)
  return { kind: 'insert', source, item, returning: parseReturning(reader) }
}

function parseUpdate(reader: StatementReader): UpdateStatementSyntax {
  const source = parsePath(reader)
  const isAliased = takesAlias(reader)
  if (!reader.sees('SET') && !reader.sees('REMOVE')) throw malformedStatement(NO_DATA_MANIPULATION)
  const changes: ChangeSyntax[] = []
  for (;;) {
    if (reader.takeIf('SET')) changes.push(...parseSets(reader))
    else if (reader.takeIf('REMOVE')) changes.push({ kind: 'remove', path: parseTarget(reader) })
    else break
  }
  const where = reader.takeIf('WHERE') ? parseTerm(reader) : undefined
  return { kind: 'update', source, isAliased, changes, where, returning: parseReturning(reader) }
}

function parseSets(reader: StatementReader): readonly ChangeSyntax[] {
  const sets: ChangeSyntax[] = []
  do {
    const path = parseTarget(reader)
    reader.expect('=')
    sets.push({ kind: 'set', path, value: parseTerm(reader) })
  } while (reader.takeIf(','))
  return sets
}

/** A place to change: a name, or a path that begins with one. */
function parseTarget(reader: StatementReader): ChangeSyntax['path'] {
  const { kind } = reader.next
  return kind === 'name' || kind === 'quoted' ? parsePath(reader) : reader.refuse()
}

function parseDelete(reader: StatementReader): DeleteSyntax {
  reader.expect('FROM')
  const source = parsePath(reader)
  const isAliased = takesAlias(reader)
  const where = reader.takeIf('WHERE') ? parseTerm(reader) : undefined
  return { kind: 'delete', source, isAliased, where, returning: parseReturning(reader) }
}

function parseExists(reader: StatementReader): ExistsSyntax {
  reader.expect('(')
  const select = parseSelect(reader)
  reader.expect(')')
  return { kind: 'exists', select }
}

function parseReturning(reader: StatementReader): readonly ReturningSyntax[] {
  const returning: ReturningSyntax[] = []
  if (!reader.takeIf('RETURNING')) return returning
  do {
    const extent = reader.takeIf('ALL') ? 'ALL' : 'MODIFIED'
    if (extent === 'MODIFIED') reader.expect('MODIFIED')
    const age = reader.takeIf('OLD') ? 'OLD' : 'NEW'
    if (age === 'NEW') reader.expect('NEW')
    const isStar = reader.takeIf('*')
    if (!isStar) parsePath(reader)
    returning.push({ extent, age, isStar })
  } while (reader.takeIf(','))
  return returning
}
