// Checks a request against the shape of its operation (see request-shapes) before anything else looks at it. First the
// types, one by one, as the service's parser would; then the constraints, of which up to ten are reported together:
// "2 validation errors detected: Value 'x' at 'y' failed to satisfy constraint: …".

import { unreachable } from '../base/assert.ts'
import { listValues, namesOf, valuesOf } from '../base/large-objects.ts'
import { MAX_REPORTED_ERRORS } from '../model/limits.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import { type ArnScope, isArn, LOCAL_SCOPE, tableArnFault } from './arn.ts'
import { describeValue } from './describe-value.ts'
import type { Pattern } from './pattern.ts'

/** The least and the most, both allowed. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** A text. */
export interface StringShape {
  readonly kind: 'string'
  readonly lengthChars?: Bounds
  readonly pattern?: Pattern
  /** The values it may have, in the service's order. */
  readonly values?: readonly string[]
  /** Missing or of a wrong length, it is refused with a message of its own, alone and before all others. */
  readonly isCheckedFirst?: boolean
  /** It names a table: the table's ARN may stand in its place. */
  readonly isTable?: boolean
}

/** A whole number. */
export interface NumberShape {
  readonly kind: 'number'
  readonly javaType: 'Integer' | 'Long'
  readonly bounds?: Bounds
}

/** A list of alike elements. */
export interface ListShape {
  readonly kind: 'list'
  readonly element: Shape
  readonly length?: Bounds
}

/** A map whose names the caller chooses, with alike values. */
export interface MapShape {
  readonly kind: 'map'
  readonly value: Shape
  readonly length?: Bounds
  readonly keys?: {
    readonly lengthChars: Bounds
    readonly pattern: Pattern
    /** They name tables: the tables' ARNs may stand in their place. */
    readonly areTables?: boolean
  }
  /** Of lists that are the map's values. */
  readonly valueLength?: Bounds
  /** The operation looks itself for values that are null, and has its own words for them. */
  readonly mayHoldNull?: boolean
}

/** An object with members that the API names; others are ignored. */
export interface StructureShape {
  readonly kind: 'structure'
  /** The service's name of it. */
  readonly name: string
  /** In the order in which the service reports them. */
  readonly members: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
}

/**
 * What a parameter may be. `attributes` is an item, a key or a map of values, `attribute-value` is one value:
 * model/validate-item looks into them.
 */
export type Shape =
  | StringShape
  | { readonly kind: 'boolean' }
  | NumberShape
  | ListShape
  | MapShape
  | StructureShape
  | { readonly kind: 'attributes' | 'attribute-value' }

/**
 * Checks a request.
 *
 * @param input untrusted
 * @param shape of the operation's input
 * @param scope of the ARNs that may stand in place of table names
 * @returns the same input, without members that are null, which the service takes as not given, and without what follows
 *   the decimal point of a number
 * @throws ServiceException `SerializationException` for a wrong type, `ValidationException` for what breaks a constraint
 */
export function checkRequest(
  input: unknown,
  shape: StructureShape,
  scope: ArnScope = LOCAL_SCOPE,
): Readonly<Record<string, unknown>> {
  const given = (input ?? {}) as Readonly<Record<string, unknown>>
  const findings: TypeFindings = { holdsNothing: false, holdsFraction: false }
  checkType(given, shape, findings)
  const { holdsNothing, holdsFraction } = findings
  const request = holdsNothing || holdsFraction ? readMembers(given, shape) : given
  checkFirst(request, shape)
  const errors: string[] = []
  checkMembers(request, shape, {
    parent: undefined,
    step: '',
    isMember: true,
    request: { scope, holdsNothing, errors },
    inner: undefined,
  })
  if (errors.length > 0) {
    const count = `${errors.length} validation error${errors.length > 1 ? 's' : ''}`
    throw validationException(`${count} detected: ${errors.join('; ')}`)
  }
  return request
}

/** A value as the service's parser reads it. Null elements and null values of maps are errors, and stay. */
function asRead(value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case 'structure':
      return readMembers(value as Readonly<Record<string, unknown>>, shape)
    case 'list': {
      const elements = value as readonly unknown[]
      const { element } = shape
      return mayBeReadOtherwise(element) ? mapChanged(elements, (each) => each && asRead(each, element)) : value
    }
    case 'map': {
      if (!mayBeReadOtherwise(shape.value)) return value
      const map = value as Readonly<Record<string, unknown>>
      const names = Object.keys(map)
      const values = names.map((name) => map[name])
      const kept = mapChanged(values, (each) => each && asRead(each, shape.value))
      return kept === values ? map : Object.fromEntries(names.map((name, at) => [name, kept[at]]))
    }
    case 'number':
      // Never minus zero.
      return Math.trunc(value as number) + 0
    default:
      return value
  }
}

function readMembers(
  value: Readonly<Record<string, unknown>>,
  { members }: StructureShape,
): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined
  for (const name in members) {
    const member = value[name]
    if (member === undefined) continue
    const kept = member === null ? member : asRead(member, members[name] as Shape)
    if (kept === member && member !== null) continue
    copy ??= { ...value }
    if (member === null) delete copy[name]
    else copy[name] = kept
  }
  return copy ?? value
}

function mayBeReadOtherwise(shape: Shape): boolean {
  switch (shape.kind) {
    case 'structure':
    case 'number':
      return true
    case 'list':
      return mayBeReadOtherwise(shape.element)
    case 'map':
      return mayBeReadOtherwise(shape.value)
    default:
      return false
  }
}

/** The same array where `change` has changed nothing. */
function mapChanged(values: readonly unknown[], change: (value: unknown) => unknown): readonly unknown[] {
  const changed = values.map(change)
  return changed.every((value, at) => value === values[at]) ? values : changed
}

// Types

/** What the look at the types tells the looks that follow, which most requests can then be spared. */
interface TypeFindings {
  /** Somewhere stands null or, among the members of a list or map, undefined. */
  holdsNothing: boolean
  /** Some number is not whole. */
  holdsFraction: boolean
}

function checkType(value: unknown, shape: Shape, findings: TypeFindings): void {
  if (value === null || value === undefined) {
    findings.holdsNothing = true
    return
  }
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw scalarError(value, 'String')
      return
    case 'boolean':
      if (typeof value !== 'boolean') throw scalarError(value, 'Boolean')
      return
    case 'number':
      if (typeof value !== 'number') throw scalarError(value, shape.javaType)
      if (!Number.isInteger(value)) findings.holdsFraction = true
      return
    case 'list':
      checkListType(value, shape, findings)
      return
    case 'map':
      checkMapType(mapOf(value), shape, findings)
      return
    case 'structure':
      checkStructureType(value, shape, findings)
      return
    case 'attributes':
      mapOf(value)
      return
    case 'attribute-value':
  }
}

function checkListType(value: unknown, shape: ListShape, findings: TypeFindings): void {
  if (!Array.isArray(value)) {
    const isObject = typeof value === 'object'
    throw serialization(isObject ? 'Start of structure or map found where not expected' : 'Unexpected field type')
  }
  for (const element of value as readonly unknown[]) checkType(element, shape.element, findings)
}

function checkMapType(map: Readonly<Record<string, unknown>>, shape: MapShape, findings: TypeFindings): void {
  for (const value of listValues(map)) checkType(value, shape.value, findings)
}

function checkStructureType(value: unknown, shape: StructureShape, findings: TypeFindings): void {
  if (Array.isArray(value)) {
    throw serialization(`Unrecognized collection type class com.amazonaws.dynamodb.v20120810.${shape.name}`)
  }
  if (typeof value !== 'object') throw serialization('Unexpected field type')
  const members = value as Readonly<Record<string, unknown>>
  for (const name in shape.members) {
    const member = members[name]
    if (member !== undefined) checkType(member, shape.members[name] as Shape, findings)
  }
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) throw serialization('Unrecognized collection type java.util.Map')
  if (typeof value !== 'object' || value === null) throw serialization('Unexpected field type')
  return value as Readonly<Record<string, unknown>>
}

function scalarError(value: unknown, javaType: string): ServiceException {
  if (Array.isArray(value)) return serialization(`Unrecognized collection type class java.lang.${javaType}`)
  if (typeof value === 'object') return serialization('Start of structure or map found where not expected')
  if (typeof value === 'string' && javaType === 'Boolean') return serialization('Unexpected token received from parser')
  const token = typeof value === 'boolean' ? String(value).toUpperCase() : (typeof value).toUpperCase()
  return serialization(`${token}_VALUE cannot be converted to ${javaType}`)
}

function serialization(message: string): ServiceException {
  return new ServiceException('SerializationException', message)
}

// Constraints

/** What holds for all places of a request, and what was found wrong so far. */
interface RequestReport {
  readonly scope: ArnScope
  readonly holdsNothing: boolean
  readonly errors: string[]
}

/** Where in the request we are. The path is put together only when it is needed. */
interface Report {
  readonly parent: Report | undefined
  /** A member's name, an element's number from 1, or a name of a map; moves on through what the parent holds. */
  step: string | number
  isMember: boolean
  readonly request: RequestReport
  /** The place below, once there has been one: a list of a hundred thousand structures needs no place for each. */
  inner: Report | undefined
}

function checkFirst(request: Readonly<Record<string, unknown>>, shape: StructureShape): void {
  for (const name in shape.members) {
    const member = shape.members[name] as Shape
    if (member.kind !== 'string' || member.isCheckedFirst !== true) continue
    const value = request[name] as string | undefined
    if (value === undefined) {
      throw validationException(`The parameter '${name}' is required but was not present in the request`)
    }
    if (member.isTable === true && isArn(value)) continue
    const { min = 0, max = Infinity } = member.lengthChars ?? {}
    if (value.length < min || value.length > max) {
      throw validationException(`${name} must be at least ${min} characters long and at most ${max} characters long`)
    }
  }
}

function checkMembers(value: Readonly<Record<string, unknown>>, shape: StructureShape, report: Report): void {
  const place = below(report, true)
  for (const name in shape.members) {
    const member = value[name]
    place.step = name
    if (member !== undefined && member !== null) {
      check(member, shape.members[name] as Shape, place)
    } else if (shape.required?.includes(name) === true) {
      refuse(null, 'Member must not be null', place)
    }
  }
}

function check(value: unknown, shape: Shape, report: Report): void {
  switch (shape.kind) {
    case 'string':
      checkText(value as string, shape, report)
      return
    case 'number':
      checkBounds(value, shape.bounds, report)
      return
    case 'list':
      checkList(value as readonly unknown[], shape, report)
      return
    case 'map':
      checkMap(value as Readonly<Record<string, unknown>>, shape, report)
      return
    case 'structure':
      checkMembers(value as Readonly<Record<string, unknown>>, shape, report)
      return
    case 'boolean':
    case 'attributes':
    case 'attribute-value':
  }
}

function checkText(value: string, shape: StringShape, report: Report): void {
  if (shape.isTable === true && isArn(value)) {
    checkTableArn(value, report)
    return
  }
  if (shape.pattern !== undefined && !shape.pattern.matches(value)) {
    refuse(value, `Member must satisfy regular expression pattern: ${shape.pattern.source}`, report)
  }
  checkBounds(value, shape.lengthChars, report)
  if (shape.values !== undefined && !shape.values.includes(value)) {
    refuse(value, `Member must satisfy enum value set: [${shape.values.join(', ')}]`, report)
  }
}

function checkTableArn(arn: string, report: Report): void {
  const { scope, errors } = report.request
  const fault = tableArnFault(arn, pathOf(report), scope)
  if (fault !== undefined && errors.length < MAX_REPORTED_ERRORS) errors.push(fault)
}

function checkList(value: readonly unknown[], shape: ListShape, report: Report): void {
  checkBounds(value, shape.length, report)
  if (hasNoConstraint(shape.element) && !report.request.holdsNothing) return
  const place = below(report, false)
  for (let index = 0; index < value.length; index++) {
    const element = value[index]
    place.step = index + 1
    if (element === null || element === undefined) refuse(null, 'Member must not be null', place)
    else check(element, shape.element, place)
  }
}

function checkMap(value: Readonly<Record<string, unknown>>, shape: MapShape, report: Report): void {
  checkBounds(value, shape.length, report)
  const { keys, valueLength } = shape
  const isFree = hasNoConstraint(shape.value)
  if (isFree && !report.request.holdsNothing && keys === undefined && valueLength === undefined) return
  const names = namesOf(value)
  const members = valuesOf(value)
  const arns = keys?.areTables === true ? names.filter(isArn) : []
  for (const arn of arns) checkTableArn(arn, report)
  const plainNames = arns.length === 0 ? names : names.filter((name) => !isArn(name))
  if (
    keys !== undefined &&
    plainNames.some((name) => !fits(name.length, keys.lengthChars) || !keys.pattern.matches(name))
  ) {
    const pattern = `Member must satisfy regular expression pattern: ${keys.pattern.source}`
    refuse(
      value,
      `Map keys must satisfy constraint: [${[...lengthRules(keys.lengthChars), pattern].join(', ')}]`,
      report,
    )
  }
  if (
    valueLength !== undefined &&
    members.some((member) => !fits((member as readonly unknown[] | null)?.length ?? 0, valueLength))
  ) {
    refuse(value, `Map value must satisfy constraint: [${lengthRules(valueLength).join(', ')}]`, report)
  }
  const place = below(report, false)
  for (let index = 0; index < names.length; index++) {
    const member = members[index]
    const isThere = member !== null && member !== undefined
    if (isThere ? isFree : shape.mayHoldNull === true) continue
    place.step = names[index] as string
    if (isThere) check(member, shape.value, place)
    else refuse(null, 'Member must not be null', place)
  }
}

/** Whatever has the right type fits: a map of a hundred thousand such members need not be looked at again. */
function hasNoConstraint(shape: Shape): boolean {
  switch (shape.kind) {
    case 'string':
      return (
        shape.lengthChars === undefined && shape.pattern === undefined && shape.values === undefined && !shape.isTable
      )
    case 'number':
      return shape.bounds === undefined
    case 'boolean':
    case 'attributes':
    case 'attribute-value':
      return true
    case 'list':
    case 'map':
    case 'structure':
      return false
    default:
      return unreachable(shape)
  }
}

/** Of a number its value is bounded, of everything else its length. */
function checkBounds(value: unknown, bounds: Bounds | undefined, report: Report): void {
  if (bounds === undefined) return
  const isNumber = typeof value === 'number'
  const measured = isNumber ? value : lengthOf(value as string | object)
  if (fits(measured, bounds)) return
  const { min = -Infinity, max } = bounds
  const rule = measured < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`
  refuse(value, `Member must have ${isNumber ? 'value' : 'length'} ${rule}`, report)
}

function lengthOf(value: string | object): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : namesOf(value).length
}

function lengthRules({ min, max }: Bounds): readonly string[] {
  const rules: string[] = []
  if (max !== undefined) rules.push(`Member must have length less than or equal to ${max}`)
  if (min !== undefined) rules.push(`Member must have length greater than or equal to ${min}`)
  return rules
}

function fits(measured: number, { min = -Infinity, max = Infinity }: Bounds): boolean {
  return measured >= min && measured <= max
}

function refuse(value: unknown, rule: string, place: Report): void {
  const { errors } = place.request
  if (errors.length === MAX_REPORTED_ERRORS) return
  const shown = value === null ? 'null' : `'${describeValue(value)}'`
  errors.push(`Value ${shown} at '${pathOf(place)}' failed to satisfy constraint: ${rule}`)
}

/** A place in what stands at `parent`: one for all that ever stands there, as each is only looked at while it is the place. */
function below(parent: Report, isMember: boolean): Report {
  const place = (parent.inner ??= { parent, step: '', isMember, request: parent.request, inner: undefined })
  place.isMember = isMember
  return place
}

function pathOf(place: Report): string {
  const steps: string[] = []
  for (let at: Report | undefined = place; at?.parent !== undefined; at = at.parent) {
    steps.push(at.isMember ? memberStep(String(at.step)) : `${at.step}.member`)
  }
  return steps.reverse().join('.')
}

/** The service spells member names with a small first letter in its messages. */
function memberStep(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
