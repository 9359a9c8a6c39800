// Fills the parameters into a parsed statement and makes of it what the engine runs. Everything that can be said against it
// without its table is said here.

import type { AttributeValue, Item } from '../../model/attribute-value.ts'
import { MAX_TABLE_NAME_CHARS, MIN_TABLE_NAME_CHARS } from '../../model/limits.ts'
import { type ServiceException, validationException } from '../../model/service-exception.ts'
import { bindCondition } from '../bind-condition.ts'
import type { BoundCondition } from '../bound-condition.ts'
import type { ConditionSyntax } from '../syntax-tree.ts'
import { createUpdate } from '../update.ts'
import type {
  BoundDelete,
  BoundInsert,
  BoundSelect,
  BoundStatement,
  BoundUpdate,
  Conjunct,
  OrderKey,
  Where,
} from './bound-statement.ts'
import { literalValue, structMembers } from './literal-value.ts'
import { parsedStatement } from './parse-statement.ts'
import { selectProjections } from './select-projection.ts'
import { refusalAt } from './statement-exception.ts'
import { StatementScope } from './statement-scope.ts'
import type {
  DeleteSyntax,
  InsertSyntax,
  OrderSyntax,
  ReturningSyntax,
  SelectSyntax,
  TermSyntax,
  UpdateStatementSyntax,
} from './statement-syntax.ts'
import { updateSyntax } from './update-syntax.ts'
import { whereCondition } from './where-condition.ts'

const TABLE_NAME = /^[a-zA-Z0-9_.-]+$/
const KEYS_ARE_MANDATORY = 'Where clause does not contain a mandatory equality on all key attributes'

/**
 * Parses and binds a statement.
 *
 * @param text of the statement
 * @param parameters canonical, in the order of the statement's `?`
 * @throws ServiceException ValidationException when it is not one that DynamoDB takes
 */
export function bindStatement(text: string, parameters: readonly AttributeValue[]): BoundStatement {
  const statement = parsedStatement(text)
  const scope = new StatementScope(parameters)
  switch (statement.kind) {
    case 'select':
      return bindSelect(scope, statement)
    case 'insert':
      return bindInsert(scope, statement)
    case 'update':
      return bindUpdate(scope, statement)
    case 'delete':
      return bindDelete(scope, statement)
    case 'exists':
      return {
        kind: 'exists',
        select: bindSelect(scope, statement.select),
        placeholdersOf: (texts) => scope.placeholdersOf(texts),
      }
  }
}

/** What the service says of a write that may be about several items. */
export function keysAreMandatory(): ServiceException {
  return validationException(KEYS_ARE_MANDATORY)
}

function bindSelect(scope: StatementScope, { items, source, where, order, refusal }: SelectSyntax): BoundSelect {
  if (refusal !== undefined) throw validationException(refusal)
  const names = sourceNames(source)
  const [tableName = '', indexName] = names
  if (names.length > 2) throw validationException('A path may contain at most 2 components in the FROM clause')
  checkTableName(tableName)
  return {
    kind: 'select',
    tableName,
    indexName,
    projections: items && selectProjections(scope, items),
    where: where && bindWhere(scope, where),
    order: order.map(orderKey),
  }
}

function bindInsert(scope: StatementScope, { source, item, returning }: InsertSyntax): BoundInsert {
  const [tableName = '', indexName] = sourceNames(source)
  if (indexName !== undefined) {
    throw validationException('FROM clause may only contain a single table name in data manipulation statements')
  }
  const inserted = insertedItem(scope, item)
  if (returning.length > 0) throw validationException('RETURNING is not supported in INSERT')
  return { kind: 'insert', tableName, item: inserted }
}

/** Parameters may stand for attributes of the item, not inside of them. */
function insertedItem(scope: StatementScope, term: TermSyntax): Item {
  if (term.kind !== 'struct') {
    throw refusalAt(
      'Unsupported format in item expression. Please use struct format {...} to express item values for insert statement.',
      term.place,
    )
  }
  return structMembers(term, 'root', (value) =>
    value.kind === 'parameter' ? scope.valueOf(value) : literalValue(value),
  )
}

function bindUpdate(scope: StatementScope, statement: UpdateStatementSyntax): BoundUpdate {
  const tableName = writtenTable(statement)
  const returning = onlyReturning(statement.returning)
  const syntax = updateSyntax(scope, statement.changes)
  const update = createUpdate(scope.expressionScope(), syntax)
  if (statement.where === undefined) throw keysAreMandatory()
  return {
    kind: 'update',
    tableName,
    update,
    updateSyntax: syntax,
    where: bindWhere(scope, statement.where),
    returning,
    placeholdersOf: (texts) => scope.placeholdersOf(texts),
  }
}

function bindDelete(scope: StatementScope, statement: DeleteSyntax): BoundDelete {
  const tableName = writtenTable(statement)
  const returning = onlyReturning(statement.returning)
  if (returning !== undefined && (returning.extent !== 'ALL' || returning.age !== 'OLD')) {
    throw validationException(
      `Invalid returning clause: RETURNING ${returning.extent} ${returning.age} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`,
    )
  }
  if (statement.where === undefined) throw keysAreMandatory()
  return {
    kind: 'delete',
    tableName,
    where: bindWhere(scope, statement.where),
    returning,
    placeholdersOf: (texts) => scope.placeholdersOf(texts),
  }
}

/** The table of a statement that changes items. */
function writtenTable({ source, isAliased }: UpdateStatementSyntax | DeleteSyntax): string {
  if (isAliased) throw validationException('Aliasing is not supported')
  const [tableName = '', indexName] = sourceNames(source)
  checkTableName(tableName)
  if (indexName !== undefined) throw validationException('This operation is not supported on an index')
  return tableName
}

/** The names that a source consists of: a table's, or a table's and an index's. */
function sourceNames(source: TermSyntax): readonly string[] {
  if (source.kind === 'name') return [source.text]
  if (source.kind !== 'path' || source.root.kind !== 'name') throw validationException('Unexpected from source')
  return [source.root.text, ...source.steps.map((step) => (step.kind === 'member' ? step.name : ''))]
}

function checkTableName(name: string): void {
  if (name.length >= MIN_TABLE_NAME_CHARS && name.length <= MAX_TABLE_NAME_CHARS && TABLE_NAME.test(name)) return
  throw validationException(
    `Table name should be within the length [${MIN_TABLE_NAME_CHARS}, ${MAX_TABLE_NAME_CHARS}] and only contain 'a-z', 'A-Z', '0-9', '-', '_', '.'.`,
  )
}

function onlyReturning(returning: readonly ReturningSyntax[]): ReturningSyntax | undefined {
  const [only] = returning
  if (returning.length > 1) {
    throw validationException('Invalid syntax with multiple returning elements in RETURNING clause')
  }
  if (only !== undefined && !only.isStar) {
    throw validationException("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause")
  }
  return only
}

function bindWhere(scope: StatementScope, term: TermSyntax): Where {
  const syntax = whereCondition(scope, term)
  const expressions = scope.expressionScope()
  const bound = bindCondition(expressions, syntax)
  expressions.finish()
  const { topLevelNames, nestedNames } = expressions
  return { conjuncts: conjunctsOf(bound, syntax), topLevelNames, nestedNames }
}

/** A bound condition has the structure of its syntax. */
function conjunctsOf(bound: BoundCondition, syntax: ConditionSyntax): readonly Conjunct[] {
  if (bound.kind !== 'and' || syntax.kind !== 'and') return [{ bound, syntax }]
  return bound.conditions.flatMap((condition, at) => conjunctsOf(condition, syntax.conditions[at] as ConditionSyntax))
}

function orderKey({ term, isDescending }: OrderSyntax): OrderKey {
  if (term.kind === 'name') return { name: term.text, isDescending }
  throw validationException(`Argument to ORDER BY must be of type VariableReference. Type: ${orderedType(term)}`)
}

function orderedType(term: TermSyntax): string {
  if (term.kind === 'string' || term.kind === 'number') return term.text
  return term.kind === 'operation' ? term.operator : term.kind.toUpperCase()
}
