// Steps of the PartiQL scripts: most of them say best what they observe by the statement itself.

import { type Answer, failed, refused, type Step, step } from '../../support/conformance-script.ts'

/** A statement, and what is sent or expected beside it. */
export interface Asked {
  readonly statement: string
  readonly parameters?: readonly unknown[]
  /** Further members of the request. */
  readonly with?: Readonly<Record<string, unknown>>
  readonly service?: Answer
}

/** The answer that there is no such table: the reference server has words of its own for it. */
export const NO_TABLE: { readonly service: Answer } = failed(
  'ResourceNotFoundException',
  'Requested resource not found',
)

/** The answer that an item is there already: the reference server calls the exception otherwise. */
export const DUPLICATE: { readonly service: Answer } = failed(
  'DuplicateItemException',
  'Duplicate primary key exists in table',
)

/** The answer to what is no statement on data: the reference server shows the statement instead. */
export const NO_MANIPULATION: { readonly service: Answer } = refused(
  "Statement wasn't well formed, can't be processed: Expected data manipulation",
)

/** A statement of several, alone or with its parameters. */
export type Statement = string | { readonly Statement: string; readonly [parameter: string]: unknown }

/** Further members of a request, and what the service answers to it. */
export type Further = Readonly<Record<string, unknown>> & Pick<Step, 'service'>

/** A request of several statements, in the member that its operation has for them. */
export function askedTogether(
  operation: 'BatchExecuteStatement' | 'ExecuteTransaction',
  title: string,
  statements: readonly Statement[],
  { service, ...further }: Further,
): Step {
  const member = operation === 'ExecuteTransaction' ? 'TransactStatements' : 'Statements'
  const input = {
    [member]: statements.map((statement) => (typeof statement === 'string' ? { Statement: statement } : statement)),
    ...further,
  }
  return step(title, operation, input, service === undefined ? {} : { service })
}

/** Statements in one order of items. */
export function asked(what: string, statements: readonly (string | Asked)[]): readonly Step[] {
  return statements.map((entry) => toStep(what, entry))
}

/** Statements whose items may come in any order. */
export function askedUnordered(what: string, statements: readonly (string | Asked)[]): readonly Step[] {
  return statements.map((entry) => ({ ...toStep(what, entry), isUnordered: true }))
}

function toStep(what: string, entry: string | Asked): Step {
  const {
    statement,
    parameters,
    with: further,
    service,
  }: Asked = typeof entry === 'string' ? { statement: entry } : entry
  const title = [what, statement, ...[parameters, further].flatMap((part) => (part ? JSON.stringify(part) : []))].join(
    ' | ',
  )
  const input = { Statement: statement, ...(parameters && { Parameters: parameters }), ...further }
  return step(title, 'ExecuteStatement', input, service === undefined ? {} : { service })
}

/** The table that the scripts use: keys `p` (text) and `s` (number), indexes on `g` and `l`. */
export const TABLE: Readonly<Record<string, unknown>> = {
  TableName: 'tab',
  AttributeDefinitions: [
    { AttributeName: 'p', AttributeType: 'S' },
    { AttributeName: 's', AttributeType: 'N' },
    { AttributeName: 'g', AttributeType: 'S' },
    { AttributeName: 'l', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'p', KeyType: 'HASH' },
    { AttributeName: 's', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  LocalSecondaryIndexes: [
    {
      IndexName: 'byL',
      KeySchema: [
        { AttributeName: 'p', KeyType: 'HASH' },
        { AttributeName: 'l', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byG',
      KeySchema: [
        { AttributeName: 'g', KeyType: 'HASH' },
        { AttributeName: 'l', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'keysG',
      KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
}

/** Makes the table and some items. */
export const SETUP: readonly Step[] = [
  step('makes a table', 'CreateTable', TABLE),
  ...asked('stores', [
    "INSERT INTO tab VALUE {'p':'a','s':1,'g':'g1','l':5,'m':{'x':[1,2,{'y':'z'}]},'set':<<'a','b'>>,'nul':null,'b':true}",
    "INSERT INTO tab VALUE {'p':'a','s':2,'g':'g1','l':4,'n':1.50}",
    "INSERT INTO tab VALUE {'p':'a','s':3,'g':'g2','l':3}",
    "INSERT INTO tab VALUE {'p':'b','s':1,'x':'only'}",
    "INSERT INTO tab VALUE {'p':'n','s':1,'m':{'n':{'o':1,'q':[1,{'r':[5,6]}]},'k':[[1,2],[3,4]]},'top':[1,2,3]}",
  ]),
]
