// What the parser makes of a PartiQL statement, before parameters are filled in. Plain data: it is cached and shared
// between requests.

/** Where something stands in the statement; lines and columns count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly length: number
}

/** A step from a value into it. */
export type StepSyntax =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: TermSyntax }
  | { readonly kind: 'wildcard' | 'unpivot'; readonly place: Place }

/** One attribute of a `{…}`; the language takes any term for its name, DynamoDB only text. */
export interface MemberSyntax {
  readonly name: TermSyntax
  readonly value: TermSyntax
}

/** Comparators, `<>` being "not equal". */
export type ComparatorSyntax = '=' | '<>' | '<' | '<=' | '>' | '>='

/** Anything that may stand where a value or a condition stands. What DynamoDB takes of it is decided when it is bound. */
export type TermSyntax = { readonly place: Place } & (
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'path'; readonly root: TermSyntax; readonly steps: readonly StepSyntax[] }
  | { readonly kind: 'string' | 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' | 'missing' | 'star' }
  | { readonly kind: 'list' | 'bag'; readonly elements: readonly TermSyntax[] }
  | { readonly kind: 'struct'; readonly members: readonly MemberSyntax[] }
  /** `index` counts the `?` of the statement from 0. */
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly TermSyntax[] }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly TermSyntax[] }
  | {
      readonly kind: 'comparison'
      readonly comparator: ComparatorSyntax
      readonly left: TermSyntax
      readonly right: TermSyntax
    }
  | { readonly kind: 'between'; readonly operand: TermSyntax; readonly low: TermSyntax; readonly high: TermSyntax }
  | { readonly kind: 'in'; readonly operand: TermSyntax; readonly candidates: TermSyntax }
  | { readonly kind: 'is'; readonly operand: TermSyntax; readonly type: string }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly TermSyntax[] }
  | { readonly kind: 'not'; readonly condition: TermSyntax }
)

/** What a statement says of its answer. */
export interface ReturningSyntax {
  readonly extent: 'ALL' | 'MODIFIED'
  readonly age: 'OLD' | 'NEW'
  readonly isStar: boolean
}

/** One key of ORDER BY. */
export interface OrderSyntax {
  readonly term: TermSyntax
  readonly isDescending: boolean
}

/** A SELECT. `refusal` is what it has that DynamoDB's PartiQL lacks, in the service's words. */
export interface SelectSyntax {
  readonly kind: 'select'
  /** Undefined for `*`. */
  readonly items: readonly TermSyntax[] | undefined
  readonly source: TermSyntax
  readonly where: TermSyntax | undefined
  readonly order: readonly OrderSyntax[]
  readonly refusal: string | undefined
}

/** An INSERT. */
export interface InsertSyntax {
  readonly kind: 'insert'
  readonly source: TermSyntax
  readonly item: TermSyntax
  readonly returning: readonly ReturningSyntax[]
}

/** One change of an UPDATE. */
export type ChangeSyntax =
  | { readonly kind: 'set'; readonly path: TermSyntax; readonly value: TermSyntax }
  | { readonly kind: 'remove'; readonly path: TermSyntax }

/** An UPDATE. */
export interface UpdateStatementSyntax {
  readonly kind: 'update'
  readonly source: TermSyntax
  readonly isAliased: boolean
  readonly changes: readonly ChangeSyntax[]
  readonly where: TermSyntax | undefined
  readonly returning: readonly ReturningSyntax[]
}

/** A DELETE. */
export interface DeleteSyntax {
  readonly kind: 'delete'
  readonly source: TermSyntax
  readonly isAliased: boolean
  readonly where: TermSyntax | undefined
  readonly returning: readonly ReturningSyntax[]
}

/** A condition on one item, in a transaction. */
export interface ExistsSyntax {
  readonly kind: 'exists'
  readonly select: SelectSyntax
}

/** A whole statement. */
export type StatementSyntax = SelectSyntax | InsertSyntax | UpdateStatementSyntax | DeleteSyntax | ExistsSyntax
