// Where attribute values stand in a request: walked when their base64 is decoded, and once more when a request is refused.

import type { Shape, StructureShape } from './constraint.ts'

/** What is done with each place. */
export interface PlaceVisitor {
  /** The values of a map's members. */
  readonly list: (map: object) => readonly unknown[]
  /** Where an item, a key or a map of values should stand; neither null nor undefined. */
  readonly attributes: (value: unknown) => void
  /** Where one value should stand; neither null nor undefined. */
  readonly value: (value: unknown) => void
}

/**
 * Calls `visit` for all places of attribute values.
 *
 * @param input untrusted: what does not have the shape is passed over
 */
export function visitPlaces(input: unknown, shape: Shape, visit: PlaceVisitor): void {
  if (input === null || input === undefined) return
  switch (shape.kind) {
    case 'attributes':
      visit.attributes(input)
      return
    case 'attribute-value':
      visit.value(input)
      return
    case 'list':
      if (!Array.isArray(input) || !holdsPlaces(shape.element)) return
      visitEach(input, shape.element, visit)
      return
    case 'map':
      if (typeof input !== 'object' || Array.isArray(input) || !holdsPlaces(shape.value)) return
      visitEach(visit.list(input), shape.value, visit)
      return
    case 'structure':
      if (typeof input !== 'object') return
      for (const [name, member] of membersWithPlaces(shape)) {
        visitPlaces((input as Readonly<Record<string, unknown>>)[name], member, visit)
      }
      return
    case 'string':
    case 'number':
    case 'boolean':
  }
}

function visitEach(inputs: readonly unknown[], shape: Shape, visit: PlaceVisitor): void {
  for (const input of inputs) visitPlaces(input, shape, visit)
}

type NamedShape = readonly [name: string, shape: Shape]

const knownMembers = new WeakMap<StructureShape, readonly NamedShape[]>()

/** The members in which attribute values may stand: of most structures few, and a request may have a hundred thousand of one. */
function membersWithPlaces(shape: StructureShape): readonly NamedShape[] {
  const known = knownMembers.get(shape)
  if (known !== undefined) return known
  const members = Object.entries(shape.members).filter(([, member]) => holdsPlaces(member))
  knownMembers.set(shape, members)
  return members
}

function holdsPlaces(shape: Shape): boolean {
  switch (shape.kind) {
    case 'attributes':
    case 'attribute-value':
      return true
    case 'list':
      return holdsPlaces(shape.element)
    case 'map':
      return holdsPlaces(shape.value)
    case 'structure':
      return membersWithPlaces(shape).length > 0
    default:
      return false
  }
}
