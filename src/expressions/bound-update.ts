// An update with its names and values filled in and checked: plain data.

import type { AttributeValue } from '../model/attribute-value.ts'
import type { DocumentPath } from './document-path.ts'

/** Something that a SET reads from the item before the update. */
export type BoundSetOperand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'if_not_exists'; readonly path: DocumentPath; readonly otherwise: BoundSetOperand }

/** The right-hand side of one SET. */
export type BoundSetValue =
  | BoundSetOperand
  | { readonly kind: 'list_append' | '+' | '-'; readonly left: BoundSetOperand; readonly right: BoundSetOperand }

/** One change at one place. */
export type BoundAction =
  | { readonly kind: 'set'; readonly path: DocumentPath; readonly value: BoundSetValue }
  | { readonly kind: 'remove'; readonly path: DocumentPath }
  | { readonly kind: 'add' | 'delete'; readonly path: DocumentPath; readonly value: AttributeValue }
