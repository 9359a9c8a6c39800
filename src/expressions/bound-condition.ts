// A condition with its names and values filled in and checked: plain data that is compiled for evaluation, or matched
// against a key.

import type { AttributeType, AttributeValue } from '../model/attribute-value.ts'
import type { DocumentPath } from './document-path.ts'
import type { Comparator } from './syntax-tree.ts'

/** Something that has a value for each item, or none. */
export type BoundOperand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly operand: BoundOperand }

/** A condition over bound operands. */
/** Something that holds for an item or does not. */
export type BoundCondition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly BoundCondition[] }
  | { readonly kind: 'not'; readonly condition: BoundCondition }
  | {
      readonly kind: 'comparison'
      readonly comparator: Comparator
      readonly left: BoundOperand
      readonly right: BoundOperand
    }
  | {
      readonly kind: 'between'
      readonly operand: BoundOperand
      readonly low: BoundOperand
      readonly high: BoundOperand
    }
  | { readonly kind: 'in'; readonly operand: BoundOperand; readonly candidates: readonly BoundOperand[] }
  | { readonly kind: 'attribute_exists' | 'attribute_not_exists'; readonly path: DocumentPath }
  | { readonly kind: 'attribute_type'; readonly operand: BoundOperand; readonly type: AttributeType }
  | { readonly kind: 'begins_with'; readonly operand: BoundOperand; readonly prefix: BoundOperand }
  | { readonly kind: 'contains'; readonly operand: BoundOperand; readonly content: BoundOperand }
