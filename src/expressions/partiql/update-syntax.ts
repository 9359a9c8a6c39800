// The changes of an UPDATE as an update expression: SET and REMOVE as they are, set_add as ADD, set_delete as DELETE.

import type { AttributeValue } from '../../model/attribute-value.ts'
import { validationException } from '../../model/service-exception.ts'
import type { PathSyntax, UpdateActionSyntax, UpdateSectionSyntax, UpdateSyntax } from '../syntax-tree.ts'
import { setValue } from './set-value.ts'
import { refusalAt } from './statement-exception.ts'
import type { StatementScope } from './statement-scope.ts'
import type { ChangeSyntax, TermSyntax } from './statement-syntax.ts'

const SET_ACTIONS: ReadonlyMap<string, 'add' | 'delete'> = new Map([
  ['set_add', 'add'],
  ['set_delete', 'delete'],
])
const KEYWORDS = { set: 'SET', remove: 'REMOVE', add: 'ADD', delete: 'DELETE' } as const

/**
 * The update that these changes make.
 *
 * @throws ServiceException ValidationException when DynamoDB does not take one of them
 */
export function updateSyntax(scope: StatementScope, changes: readonly ChangeSyntax[]): UpdateSyntax {
  const sections = new Map<UpdateSectionSyntax['keyword'], UpdateActionSyntax[]>()
  for (const change of changes) {
    const action = actionOf(scope, change)
    const keyword = KEYWORDS[action.kind]
    const actions = sections.get(keyword)
    if (actions === undefined) sections.set(keyword, [action])
    else actions.push(action)
  }
  return { kind: 'update', sections: [...sections].map(([keyword, actions]) => ({ keyword, actions })) }
}

function actionOf(scope: StatementScope, change: ChangeSyntax): UpdateActionSyntax {
  const path = scope.path(change.path)
  if (change.kind === 'remove') return { kind: 'remove', path }
  const { value } = change
  const kind = value.kind === 'call' ? SET_ACTIONS.get(value.name.toLowerCase()) : undefined
  if (value.kind === 'call' && kind !== undefined) return setAction(scope, { kind, path, call: value })
  return { kind: 'set', path, value: setValue(scope, value) }
}

interface SetAction {
  readonly kind: 'add' | 'delete'
  readonly path: PathSyntax
  readonly call: TermSyntax & { readonly kind: 'call' }
}

function setAction(scope: StatementScope, { kind, path, call }: SetAction): UpdateActionSyntax {
  const name = call.name.toUpperCase()
  const [target, members] = call.operands
  if (target === undefined || members === undefined || call.operands.length > 2) {
    throw refusalAt(`${name} must have exactly two arguments`, call.place)
  }
  const isPath = target.kind === 'name' || target.kind === 'path'
  if (!isPath || !isSamePath(scope.path(target), path)) {
    throw validationException(`The first argument to ${name} must equal the assignment value`)
  }
  const value = members.kind === 'bag' || members.kind === 'parameter' ? scope.valueOf(members) : undefined
  if (value === undefined || !isSet(value)) {
    throw refusalAt(`The second argument to ${name} must be a value with type SET`, target.place)
  }
  return { kind, path, value: scope.asValue(value) }
}

function isSamePath(one: PathSyntax, other: PathSyntax): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isSet(value: AttributeValue): boolean {
  return 'SS' in value || 'NS' in value || 'BS' in value
}
