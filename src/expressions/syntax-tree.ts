// What the parsers make of an expression's text, before names and values are filled in. Plain data: it is cached and
// shared between requests.

/** An attribute name as written, a #placeholder for one, or the digits of a list index. */
export type PathElementSyntax =
  | { readonly kind: 'name' | 'placeholder'; readonly text: string }
  | { readonly kind: 'index'; readonly digits: string }

/** A document path as written. */
export interface PathSyntax {
  readonly kind: 'path'
  readonly elements: readonly PathElementSyntax[]
}

/** A :placeholder for a value. */
export interface ValueSyntax {
  readonly kind: 'value'
  readonly placeholder: string
}

/** A function call; whether the name is one of the language is checked later. */
export interface FunctionSyntax {
  readonly kind: 'function'
  readonly name: string
  readonly operands: readonly OperandSyntax[]
}

/** What a comparison, a function or an update takes. */
/** Something that has a value. */
export type OperandSyntax = PathSyntax | ValueSyntax | FunctionSyntax

/** The comparators of the language; `<>` is "not equal". */
/** The signs of comparisons. */
export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A condition as written, by the precedence of its operators. */
/** A condition, filter or key condition. `and` and `or` have two parts or more. */
export type ConditionSyntax =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly ConditionSyntax[] }
  | { readonly kind: 'not'; readonly condition: ConditionSyntax }
  | {
      readonly kind: 'comparison'
      readonly comparator: Comparator
      readonly left: OperandSyntax
      readonly right: OperandSyntax
    }
  | {
      readonly kind: 'between'
      readonly operand: OperandSyntax
      readonly low: OperandSyntax
      readonly high: OperandSyntax
    }
  | { readonly kind: 'in'; readonly operand: OperandSyntax; readonly candidates: readonly OperandSyntax[] }
  | FunctionSyntax

/** The right-hand side of one SET. */
export type SetValueSyntax =
  | OperandSyntax
  | {
      readonly kind: 'arithmetic'
      readonly operator: '+' | '-'
      readonly left: OperandSyntax
      readonly right: OperandSyntax
    }

/** One action of an update section. */
/** One change at one place. */
export type UpdateActionSyntax =
  | { readonly kind: 'set'; readonly path: PathSyntax; readonly value: SetValueSyntax }
  | { readonly kind: 'remove'; readonly path: PathSyntax }
  | { readonly kind: 'add' | 'delete'; readonly path: PathSyntax; readonly value: ValueSyntax }

/** A section of an update expression, such as everything behind one SET. */
export interface UpdateSectionSyntax {
  readonly keyword: 'SET' | 'REMOVE' | 'ADD' | 'DELETE'
  readonly actions: readonly UpdateActionSyntax[]
}

/** A whole update expression. */
/** A whole update; a section may come twice, which is refused later. */
export interface UpdateSyntax {
  readonly kind: 'update'
  readonly sections: readonly UpdateSectionSyntax[]
}

/** A whole projection expression. */
/** A whole projection: one path or more. */
export interface ProjectionSyntax {
  readonly kind: 'projection'
  readonly paths: readonly PathSyntax[]
}
