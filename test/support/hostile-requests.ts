// Requests made to hurt: too deep, too long, too many, of no encoding. The service refuses them, and a server has to do so
// at once and unharmed.

import { nested } from '../differential/draw-values.ts'

/** One request and how it is answered. */
export interface HostileRequest {
  readonly title: string
  readonly operation: string
  readonly body: () => string | Uint8Array<ArrayBuffer>
  /** Name and beginning of the message, `output` for success, or the HTTP status where there is no document. */
  readonly answer: string
}

const MEBIBYTE = 1_048_576
const TABLE = '"TableName":"main"'
const KEY = '"Key":{"p":{"S":"a"}}'
const INVALID = 'ValidationException: Invalid ConditionExpression: '

function put(title: string, value: () => string, answer: string): HostileRequest {
  return { title, operation: 'PutItem', body: () => `{${TABLE},"Item":{"p":{"S":"a"},"v":${value()}}}`, answer }
}

function condition(title: string, text: () => string, answer: string): HostileRequest {
  const body = (): string =>
    JSON.stringify({
      TableName: 'main',
      Key: { p: { S: 'a' } },
      ConditionExpression: text(),
      ExpressionAttributeValues: { ':v': { N: '1' } },
    })
  return { title, operation: 'DeleteItem', body, answer }
}

function repeated(count: number, element: (at: number) => string, separator: string): string {
  return Array.from({ length: count }, (_, at) => element(at)).join(separator)
}

function bytesOf(...parts: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))))
}

/** `S` inside 100,000 lists. */
const DEEP = `${'{"L":['.repeat(100_000)}{"S":"x"}${']}'.repeat(100_000)}`
const TOO_DEEP = 'ValidationException: Nesting Levels have exceeded supported limits'

const bodies: readonly HostileRequest[] = [
  { title: 'no body', operation: 'PutItem', body: () => '', answer: 'SerializationException' },
  {
    title: 'a body of 16 MB of spaces',
    operation: 'PutItem',
    body: () => ' '.repeat(16 * MEBIBYTE),
    answer: 'SerializationException',
  },
  {
    title: 'a body of more than 16 MB',
    operation: 'PutItem',
    body: () => ' '.repeat(16 * MEBIBYTE + 1),
    answer: '413',
  },
  {
    title: '5 million opening brackets',
    operation: 'PutItem',
    body: () => '['.repeat(5_000_000),
    answer: 'SerializationException',
  },
  {
    title: 'lists inside each other',
    operation: 'PutItem',
    body: () => `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
    answer: 'SerializationException',
  },
  {
    title: 'an unknown parameter 100,000 levels deep',
    operation: 'DeleteItem',
    body: () => `{${TABLE},"Key":{"p":{"S":"nobody"}},"Unknown":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
    answer: 'output',
  },
  { title: 'a body that is a number', operation: 'PutItem', body: () => '1e999', answer: 'SerializationException' },
  {
    title: 'a body that is null',
    operation: 'PutItem',
    body: () => 'null',
    answer: 'ValidationException: 2 validation errors',
  },
  {
    title: 'bytes that are not UTF-8',
    operation: 'PutItem',
    body: () => bytesOf('{"TableName":"', [0xff, 0xfe, 0xc0, 0x80], '"}'),
    answer: 'SerializationException',
  },
  {
    title: 'a surrogate in UTF-8',
    operation: 'PutItem',
    body: () => bytesOf('{"TableName":"', [0xed, 0xa0, 0x80], '"}'),
    answer: 'SerializationException',
  },
  {
    title: 'a byte order mark',
    operation: 'PutItem',
    body: () => bytesOf([0xef, 0xbb, 0xbf], `{${TABLE},${KEY}}`),
    answer: 'SerializationException',
  },
  {
    title: '100,000 unknown parameters',
    operation: 'GetItem',
    body: () => `{${TABLE},"Key":{"p":{"S":"nobody"}},${repeated(100_000, (at) => `"x${at}":0`, ',')}}`,
    answer: 'output',
  },
]

const values: readonly HostileRequest[] = [
  put('lists 100,000 levels deep', () => DEEP, TOO_DEEP),
  put('maps 33 levels deep', () => JSON.stringify(nested(33, 'M')), TOO_DEEP),
  put('a number of a million digits', () => `{"N":"${'9'.repeat(1_000_000)}"}`, 'ValidationException: '),
  put('a number of a million zeros', () => `{"N":"${'0'.repeat(1_000_000)}x"}`, 'ValidationException: '),
  put('an exponent of a million digits', () => `{"N":"1e${'9'.repeat(1_000_000)}"}`, 'ValidationException: '),
  put(
    'a set of 100,000 numbers that are one',
    () => `{"NS":[${repeated(100_000, (at) => `"1.${'0'.repeat(at % 30)}"`, ',')}]}`,
    'ValidationException: ',
  ),
  put(
    'a set of 50,000 texts with one twice',
    () => `{"SS":[${repeated(50_000, (at) => `"${at % 49_999}"`, ',')}]}`,
    'ValidationException: ',
  ),
  put('a text of 15 MB', () => `{"S":"${'x'.repeat(15 * MEBIBYTE)}"}`, 'ValidationException: Item size has exceeded'),
  put('15 MB that are not base64', () => `{"B":"${'A'.repeat(15 * MEBIBYTE)}*==="}`, 'SerializationException'),
  put(
    '100,000 attributes',
    () => `{"M":{${repeated(100_000, (at) => `"${at}":{"NULL":true}`, ',')}}}`,
    'ValidationException: Item size has exceeded',
  ),
  put('a name of 1 MB', () => `{"M":{"${'x'.repeat(MEBIBYTE)}":{"S":"x"}}}`, 'ValidationException: '),
  put(
    'a value with a thousand types',
    () => `{${repeated(1000, (at) => `"T${at}":"x"`, ',')}}`,
    'ValidationException: ',
  ),
]

const expressions: readonly HostileRequest[] = [
  condition('an expression of 15 MB', () => 'a'.repeat(15 * MEBIBYTE), `${INVALID}Expression size has exceeded`),
  condition('4,096 opening parentheses', () => '('.repeat(4096), `${INVALID}Syntax error`),
  condition(
    '301 operators',
    () => `NOT ${repeated(151, () => 'a = :v', ' AND ')}`,
    `${INVALID}The expression contains too many operators`,
  ),
  condition('300 operators', () => repeated(150, (at) => `v${at} <> :v`, ' AND '), 'output'),
  condition('101 operands of IN', () => `a IN (${repeated(101, () => ':v', ',')})`, INVALID),
  condition(
    'a path of 1,000 elements',
    () => `a${'.b'.repeat(1000)} = :v`,
    `${INVALID}The document path has too many nesting levels`,
  ),
  condition(
    'a list index of 3,000 digits',
    () => `a[${'9'.repeat(3000)}] = :v`,
    `${INVALID}List index is not within the allowable range`,
  ),
  condition('words that nearly match', () => 'begins_wit'.repeat(400), INVALID),
  condition('1,000 NOTs', () => `${'NOT '.repeat(1000)}a = :v`, INVALID),
  condition('a surrogate', () => '\uD800 = :v', `${INVALID}Syntax error`),
  {
    title: 'a projection of 800 paths',
    operation: 'GetItem',
    body: () => `{${TABLE},${KEY},"ProjectionExpression":"${repeated(800, (at) => `a${at}`, ',')}"}`,
    answer: 'output',
  },
  {
    title: 'an update of 500 paths that overlap',
    operation: 'UpdateItem',
    body: () => `{${TABLE},${KEY},"UpdateExpression":"REMOVE ${repeated(500, (at) => `a[${at}]`, ',')},a"}`,
    answer: 'ValidationException: Invalid UpdateExpression: Two document paths overlap',
  },
  {
    title: 'an update of paths that lead into each other',
    operation: 'UpdateItem',
    body: () => `{${TABLE},${KEY},"UpdateExpression":"SET a.b = b.a, b.a = a.b.a, a.b.a = a"}`,
    answer: 'ValidationException: Invalid UpdateExpression: Two document paths overlap',
  },
  {
    title: 'a statement of 8,000 parentheses',
    operation: 'ExecuteStatement',
    body: () => `{"Statement":"SELECT * FROM main WHERE ${'('.repeat(8000)}"}`,
    answer: "ValidationException: Statement wasn't well formed",
  },
  {
    title: 'a statement with 2,000 values of IN',
    operation: 'ExecuteStatement',
    body: () => `{"Statement":"SELECT * FROM main WHERE a IN [${repeated(2000, () => '1', ',')}]"}`,
    answer: 'ValidationException: The IN operator is provided with too many operands',
  },
  {
    title: '100,000 names that no expression uses',
    operation: 'GetItem',
    body: () =>
      `{${TABLE},${KEY},"ProjectionExpression":"a","ExpressionAttributeNames":{${repeated(100_000, (at) => `"#n${at}":"x"`, ',')}}}`,
    answer: 'ValidationException: ',
  },
  {
    title: '100,000 values that no expression uses',
    operation: 'DeleteItem',
    body: () =>
      `{${TABLE},${KEY},"ConditionExpression":"a = :v1","ExpressionAttributeValues":{${repeated(100_000, (at) => `":v${at}":{"S":"x"}`, ',')}}}`,
    answer: 'ValidationException: ',
  },
]

const parameters: readonly HostileRequest[] = [
  {
    title: 'a table name of 1 MB',
    operation: 'GetItem',
    body: () => `{"TableName":"${'x'.repeat(MEBIBYTE)}",${KEY}}`,
    answer: 'ValidationException: 1 validation error',
  },
  {
    title: 'a batch for 20,000 tables',
    operation: 'BatchGetItem',
    body: () => `{"RequestItems":{${repeated(20_000, (at) => `"table${at}":{"Keys":[{"p":{"S":"a"}}]}`, ',')}}}`,
    answer: 'ValidationException: 1 validation error',
  },
  {
    title: 'a batch of 100,000 puts',
    operation: 'BatchWriteItem',
    body: () =>
      `{"RequestItems":{"main":[${repeated(100_000, () => '{"PutRequest":{"Item":{"p":{"S":"a"}}}}', ',')}]}}`,
    answer: 'ValidationException: 1 validation error',
  },
  {
    title: 'a transaction of 10,000 actions on one item',
    operation: 'TransactWriteItems',
    body: () => `{"TransactItems":[${repeated(10_000, () => `{"Delete":{${TABLE},${KEY}}}`, ',')}]}`,
    answer: 'ValidationException: ',
  },
  {
    title: 'a key of 100,000 attributes',
    operation: 'GetItem',
    body: () => `{${TABLE},"Key":{${repeated(100_000, (at) => `"a${at}":{"S":"x"}`, ',')}}}`,
    answer: 'ValidationException: The provided key element does not match the schema',
  },
  {
    title: '50,000 key conditions of before there were expressions',
    operation: 'Query',
    body: () =>
      `{${TABLE},"KeyConditions":{${repeated(50_000, (at) => `"a${at}":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}`, ',')}}}`,
    answer: 'ValidationException: Conditions can be of length 1 or 2 only',
  },
  {
    title: 'a scan of a segment beyond all numbers',
    operation: 'Scan',
    body: () => `{${TABLE},"Segment":1e308,"TotalSegments":1e308}`,
    answer: 'ValidationException: ',
  },
  {
    title: 'a start key 100,000 levels deep',
    operation: 'Scan',
    body: () => `{${TABLE},"ExclusiveStartKey":{"p":${DEEP}}}`,
    answer: 'ValidationException: ',
  },
]

/** All of them, for a database with a table `main` whose partition key is `p`, a text. */
export const HOSTILE_REQUESTS: readonly HostileRequest[] = [...bodies, ...values, ...expressions, ...parameters]
