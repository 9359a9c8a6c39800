// Where we do not answer what the recorded server, DynamoDB Local, answers: the service itself answers otherwise, or
// what it answers depends on chance. A difference that has gone fails its test.

/** An expression to which we answer something else than DynamoDB Local. */
export interface KnownDifference {
  /** Name of the fixture that it is recorded in. */
  readonly fixture: string
  readonly text: string
  /** The message of our refusal. */
  readonly ours: string
  readonly reason: string
  readonly source: string
}

const RESERVED = {
  reason: 'SIZE is a reserved word; DynamoDB Local forgets it, and CONVERT.',
  source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html',
}
const TYPE_LIST = {
  reason: 'DynamoDB Local lists types of its own machinery; the service lists the ten types.',
  source: 'https://github.com/architect/dynalite/blob/main/db/conditionParser.pegjs (recorded from the service)',
}
const MISSED_ELEMENT = {
  reason: 'The service names the key attribute that has no condition; DynamoDB Local does not.',
  source: 'https://github.com/architect/dynalite/blob/main/test/query.js (recorded from the service)',
}
const NUMBERS = {
  reason: 'Numbers are refused with the messages of the service, not with those of DynamoDB Local.',
  source: 'https://github.com/architect/dynalite/blob/main/validations/index.js (recorded from the service)',
}

const VALUE_IN_PATH = {
  reason: 'Behind a point DynamoDB Local takes a :placeholder for a name, and stumbles over it later in various ways.',
  source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html',
}

const NESTED = {
  ours: 'Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes',
  reason: 'The service refuses any path in a key condition alike, before it looks at the key.',
  source:
    'https://github.com/ExtendDB/extenddb/blob/main/tests/test_key_condition_nested_attributes.py (recorded from the service)',
}

const MISSED_P = 'Query condition missed key schema element: p'
const MISSED_S = 'Query condition missed key schema element: s'
const OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range'

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    fixture: 'conditions',
    text: 'size = :n',
    ours: 'Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: size',
    ...RESERVED,
  },
  {
    fixture: 'conditions',
    text: 'attribute_type(a,b)',
    ours: 'Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}',
    ...TYPE_LIST,
  },
  { fixture: 'number-keys', text: 's = :n', ours: MISSED_P, ...MISSED_ELEMENT },
  { fixture: 'number-keys', text: 'a = :v', ours: MISSED_P, ...MISSED_ELEMENT },
  { fixture: 'number-keys', text: 's > :n', ours: MISSED_P, ...MISSED_ELEMENT },
  { fixture: 'number-keys', text: 'p = :v AND a = :v', ours: MISSED_S, ...MISSED_ELEMENT },
  { fixture: 'number-keys', text: 'a = :v AND p = :v', ours: MISSED_S, ...MISSED_ELEMENT },
  { fixture: 'text-keys', text: 'a = :v AND b = :v', ours: MISSED_P, ...MISSED_ELEMENT },
  { fixture: 'hash-keys', text: 's = :v', ours: MISSED_P, ...MISSED_ELEMENT },
  {
    fixture: 'updates',
    text: 'SET m.:v = :v',
    ours: 'Invalid UpdateExpression: Syntax error; token: ":v", near: ".:v ="',
    ...VALUE_IN_PATH,
  },
  {
    fixture: 'projections',
    text: 'm.:v',
    ours: 'Invalid ProjectionExpression: Syntax error; token: ":v", near: ".:v"',
    ...VALUE_IN_PATH,
  },
  { fixture: 'updates', text: 'ADD n :big, m.a :n', ours: OVERFLOW, ...NUMBERS },
  { fixture: 'updates', text: 'SET n = :big + :big', ours: OVERFLOW, ...NUMBERS },
  { fixture: 'updates', text: 'SET n = :n38 + :point', ours: OVERFLOW, ...NUMBERS },
  { fixture: 'number-keys', text: 'p.a = :v', ...NESTED },
  { fixture: 'number-keys', text: 'p[0] = :v', ...NESTED },
  { fixture: 'number-keys', text: 'p = :v AND s.a = :n', ...NESTED },
  { fixture: 'number-keys', text: 'a.b = :v', ...NESTED },
  { fixture: 'number-keys', text: 'p = :v AND a.b = :n', ...NESTED },
  { fixture: 'text-keys', text: 'p = :v AND a.b = :v AND p = :v', ...NESTED },
  { fixture: 'text-keys', text: 'p = :v AND s = :v AND a.b = :v', ...NESTED },
  { fixture: 'text-keys', text: 'p.x = :v AND a.b = :v', ...NESTED },
  { fixture: 'text-keys', text: 'a.b = :v AND p.x = :v', ...NESTED },
  { fixture: 'text-keys', text: 'p = :v AND p.x = :v', ...NESTED },
  { fixture: 'text-keys', text: 'a.b = p', ...NESTED },
  { fixture: 'text-keys', text: 'a.b = c.d', ...NESTED },
  { fixture: 'text-keys', text: 'begins_with(s.a, :v) AND p = :v', ...NESTED },
  { fixture: 'text-keys', text: 's.a BETWEEN :v AND :v AND p = :v', ...NESTED },
  { fixture: 'text-keys', text: 'p = :v AND a = :v AND b.c = :v', ...NESTED },
]
