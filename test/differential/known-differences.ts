// Where Tidetable and the reference server, DynamoDB Local, are known to answer differently, and who of them is right by
// which source. A pattern names both answers as narrowly as it can, so that no other difference hides behind it.

import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../support/conformance-script.ts'
import type { DrawnStep } from './draw-requests.ts'

/** One way in which answers differ. */
export interface KnownDifference {
  readonly name: string
  /** Our exception and message, or `output` for success. */
  readonly ours: RegExp
  /** Theirs. */
  readonly theirs: RegExp
  /** Which requests are meant, where the answers alone do not say. */
  readonly isMeant?: (step: DrawnStep, ours: Answer, theirs: Answer) => boolean
  readonly reason: string
  readonly source: string
}

const WIRE = {
  reason:
    'The service checks types and constraints of all parameters before anything else; DynamoDB Local takes some, fails on some, and looks at the others later.',
  source: 'https://github.com/architect/dynalite/blob/main/test (each operation, recorded from the service)',
}
const KEYS = {
  reason: 'The service has one message for all keys that do not fit the schema.',
  source: 'https://github.com/architect/dynalite/blob/main/test/getItem.js (recorded from the service)',
}
const NUMBERS = {
  reason: 'Numbers are refused with the messages of the service.',
  source: 'https://github.com/architect/dynalite/blob/main/validations/index.js (recorded from the service)',
}
const WORDING = {
  reason: 'The service words it so.',
  source: 'https://github.com/architect/dynalite/blob/main/test (each operation, recorded from the service)',
}

/** All of them. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'wrong JSON types',
    ours: /^SerializationException: /,
    theirs: /./,
    isMeant: ({ mistake }) => mistake !== undefined,
    ...WIRE,
  },
  {
    name: 'constraints on parameters',
    ours: /^ValidationException: \d+ validation errors? detected: /,
    theirs: /./,
    isMeant: ({ mistake }) => mistake !== undefined,
    ...WIRE,
  },
  {
    name: 'a number that is none',
    ours: /^ValidationException: .*The parameter cannot be converted to a numeric value/,
    theirs: /^ValidationException: .*A value provided cannot be converted into a number/,
    ...NUMBERS,
  },
  {
    name: 'a number that is too long or too large',
    ours: /^ValidationException: .*(?:Attempting to store more than 38 significant digits in a Number|Number overflow\. Attempting|Number underflow\. Attempting)/,
    theirs: /^ValidationException: .*(?:DynamoDB only supports precision up to 38 digits|Number (?:over|under)flow)/,
    ...NUMBERS,
  },
  {
    name: 'a number inside of a new value, beside a condition that does not hold',
    ours: /^ValidationException: .*(?:cannot be converted to a numeric value|more than 38 significant digits|Number (?:over|under)flow)/,
    theirs: /^ConditionalCheckFailedException: The conditional request failed$/,
    isMeant: ({ operation, input }) => operation === 'UpdateItem' && 'AttributeUpdates' in input,
    reason: 'The service looks at all values of a request before it looks at any item.',
    source: 'https://github.com/architect/dynalite/blob/main/validations/updateItem.js (recorded from the service)',
  },
  {
    name: 'a set with duplicates',
    ours: /^ValidationException: .*Input collection (?:\[.*\] ?(?:of type BS )?)?contains duplicates/,
    theirs: /^ValidationException: .*Input collection .*contains duplicates/,
    ...WORDING,
  },
  {
    name: 'numbers of bounds, as they were written',
    ours: /The BETWEEN operator requires .*\{N:/,
    theirs: /The BETWEEN operator requires .*\{N:/,
    isMeant: (_step, ours, theirs) => withoutNumbers(lineOf(ours)) === withoutNumbers(lineOf(theirs)),
    reason:
      'Numbers are brought into the form of the service when a request comes in, so that its message has that form too.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html',
  },
  {
    name: 'a key that does not fit the schema',
    ours: /^ValidationException: The provided key element does not match the schema$/,
    theirs:
      /^ValidationException: (?:The number of conditions on the keys is invalid|One of the required keys was not given a value|Invalid attribute value type$|One or more parameter values were invalid: Type mismatch for key)/,
    ...KEYS,
  },
  {
    name: 'an action of a transaction that is not valid',
    ours: /^TransactionCanceledException: .*ValidationError/,
    theirs: /^(?:ValidationException|TransactionCanceledException): /,
    isMeant: ({ operation, ...step }, ours, theirs) => {
      const { error } = theirs as {
        readonly error: { readonly message: string; readonly CancellationReasons?: unknown }
      }
      const refusals = error.CancellationReasons === undefined ? [refusal(error.message)] : refusalsOf(theirs)
      return (
        operation.startsWith('Transact') &&
        refusalsOf(ours).some((reason) =>
          refusals.some(
            (other) =>
              lineOf(reason) === lineOf(other) ||
              knownDifference({ ...step, operation: 'an action' }, reason, other) !== undefined,
          ),
        )
      )
    },
    reason: 'The service cancels the transaction and gives the refusal as the reason of that action.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html',
  },
  {
    name: 'a key that is too large',
    ours: /^ValidationException: One or more parameter values were invalid: (?:Size of hashkey has exceeded the maximum size limit of2048 bytes|Aggregated size of all range keys has exceeded the size limit of 1024 bytes)$/,
    theirs:
      /^ValidationException: (?:One or more parameter values were invalid: Size limit exceeded|Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes)/,
    ...KEYS,
  },
  {
    name: 'an item without its key',
    ours: /^ValidationException: One or more parameter values were invalid: Missing the key \w+ in the item$/,
    theirs: /^ValidationException: One of the required keys was not given a value$/,
    ...KEYS,
  },
  {
    name: 'no such table',
    ours: /^ResourceNotFoundException: Requested resource not found(?:: Table: .* not found)?$/,
    theirs: /^ResourceNotFoundException: Cannot do operations on a non-existent table$/,
    ...WORDING,
  },
  {
    name: 'return values that an operation does not have',
    ours: /^ValidationException: ReturnValues can only be ALL_OLD or NONE$/,
    theirs: /^ValidationException: Return values set to invalid value$/,
    ...WORDING,
  },
  {
    name: 'a consistent read of a global index',
    ours: /^ValidationException: Consistent reads are not supported on global secondary indexes$/,
    theirs: /^ValidationException: Consistent read cannot be true when (?:querying|scanning) a GSI$/,
    ...WORDING,
  },
  {
    name: 'a start key that is none',
    ours: /^ValidationException: The provided (?:starting key is invalid|key element does not match the schema$)/,
    theirs:
      /^ValidationException: (?:Type mismatch for attribute to update|Exclusive Start Key must have same size as table's key schema|Supplied AttributeValue |The BETWEEN condition |The provided starting key |.*[Ss]tart ?[Kk]ey)/,
    ...WORDING,
  },
  {
    name: 'a key condition that lacks an attribute',
    ours: /^ValidationException: Query condition missed key schema element: \w+$/,
    theirs: /^ValidationException: Query condition missed key schema element$/,
    ...WORDING,
  },
  {
    name: 'an empty key of table and indexes',
    ours: /^ValidationException: .*cannot contain an empty (?:string|binary) value\. (?:IndexName: \w+, Index)?Key: \w+$/,
    theirs:
      /^ValidationException: .*cannot contain an empty (?:string|binary) value\. (?:IndexName: \w+, Index)?Key: \w+$/,
    reason: "Which of the indexes is named is the server's own choice.",
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html',
  },
  {
    name: 'values that are nested too deeply',
    ours: /^ValidationException: .*Nesting Levels have exceeded supported limits/,
    theirs: /./,
    isMeant: ({ mistake }) => mistake !== undefined,
    reason: 'Values are looked into when the request comes in, and before anything is done with them.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html',
  },
  {
    name: 'null in a set',
    ours: /^ValidationException: .*sets? +may not (?:contain null|have)/,
    theirs: /^ValidationException: .*The supplied Item contains a null AttributeValue/,
    ...WORDING,
  },
  {
    name: 'the size of a key condition that is too long',
    ours: /^ValidationException: Invalid KeyConditionExpression: Expression size has exceeded the maximum allowed size;$/,
    theirs:
      /^ValidationException: Invalid KeyConditionExpression: Expression size has exceeded the maximum allowed size; expression size: \d+$/,
    ...WORDING,
  },
  {
    name: 'a table name where the operation is about the table itself',
    ours: /^ValidationException: (?:The parameter 'TableName' is required but was not present in the request|TableName must be at least 3 characters long and at most 255 characters long)$/,
    theirs: /^ValidationException: Invalid table\/index name\./,
    ...WORDING,
  },
  {
    name: 'the order of names that an index lacks',
    ours: /does not project .*\[.*\]$/,
    theirs: /does not project .*\[.*\]$/,
    isMeant: (_step, ours, theirs) => withSortedNames(lineOf(ours)) === withSortedNames(lineOf(theirs)),
    reason: 'They come out of a hash map.',
    source: 'https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/HashMap.html',
  },
  {
    name: 'the parts of a document that an update has changed',
    ours: /^output$/,
    theirs: /^output$/,
    isMeant: ({ operation, input }, ours, theirs) =>
      operation === 'UpdateItem' &&
      String(input['ReturnValues']).startsWith('UPDATED_') &&
      /[.[]/.test(String(input['UpdateExpression'])) &&
      isDeepStrictEqual(attributeNames(ours), attributeNames(theirs)),
    reason: 'The service answers the parts that were changed, DynamoDB Local the whole attribute.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html',
  },
  {
    name: 'null in place of an update of before',
    ours: /^ValidationException: One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified$/,
    theirs: /^(?:InternalFailure|ConditionalCheckFailedException): /,
    ...WIRE,
  },
  {
    name: 'which of two mistakes is named: those of expressions, or those against the schema',
    ours: /^ValidationException: (?:Invalid \w+Expression: |Key attributes must be scalars|ExpressionAttribute\w+ |Either the KeyConditions|Value provided in Expression|One or more parameter values were invalid: (?:Cannot update|Secondary index|Condition parameter))/,
    theirs:
      /^ValidationException: (?:Key attributes must be scalars|Invalid attribute value type$|One or more parameter values were invalid: (?:Type mismatch|Condition parameter|Global secondary index)|Value provided in Expression\w+ unused|Invalid KeyConditionExpression: |Exclusive Start Key must)/,
    isMeant: ({ mistake, isWild }) => mistake !== undefined || isWild === true,
    reason: 'The service refuses what needs no table before what does; DynamoDB Local mixes them.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html',
  },
  {
    name: 'what the schema forbids, in a transaction',
    ours: /^(?:TransactionCanceledException: .*ValidationError|ValidationException: Key attributes must be scalars)/,
    theirs: /^(?:output$|TransactionCanceledException: )/,
    isMeant: ({ operation }, ours) =>
      operation === 'TransactWriteItems' &&
      [ours, ...refusalsOf(ours)].some((refused) =>
        /: (?:Key attributes must be scalars|One or more parameter values were invalid: (?:Type mismatch for Index Key|Cannot update attribute))/.test(
          lineOf(refused),
        ),
      ),
    reason: 'DynamoDB Local does not look at the paths of a ConditionCheck, nor at the types of some index keys.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html',
  },
  {
    name: 'the types that attribute_type knows',
    ours: /operator or function: attribute_type, operand type: \{NS,SS,L,BS,N,M,B,BOOL,NULL,S\}$/,
    theirs: /operator or function: attribute_type, operand type: \{NULL,BOOL,INT,/,
    ...WORDING,
  },
  {
    name: 'a value in a path',
    ours: /^ValidationException: Invalid \w+: Syntax error; token: ":/,
    theirs:
      /^ValidationException: Invalid \w+: (?:Syntax error; |An expression attribute name used in the document path is not defined; attribute name: :)/,
    isMeant: ({ mistake }) => mistake === 'breakExpression',
    reason: 'Behind a point DynamoDB Local takes a :placeholder for a name, and stumbles over it later.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html',
  },
  {
    name: 'an attribute that is listed twice',
    ours: /^ValidationException: One or more parameter values were invalid: Duplicate value in attribute name: \w+$/,
    theirs:
      /^ValidationException: (?:Cannot have two attributes with the same name|Cannot specify the AttributesToGet)/,
    ...WORDING,
  },
  {
    name: 'an update of before that adds what cannot be added',
    ours: /^ValidationException: One or more parameter values were invalid: ADD action is not supported for the type \w+$/,
    theirs:
      /^(?:ValidationException: One or more parameter values were invalid: ADD action is not supported for the type \w+$|ConditionalCheckFailedException: )/,
    ...WORDING,
  },
  {
    name: 'what is wrong without a look at the items, in a transaction with an update that does not fit its item',
    ours: /^ValidationException: (?:ExpressionAttribute\w+ can only be specified|One or more parameter values are not valid\. )/,
    theirs:
      /^ValidationException: (?:The document path provided|The provided expression refers|An operand in the update)/,
    isMeant: ({ operation, mistake }) => operation === 'TransactWriteItems' && mistake !== undefined,
    reason: 'All actions are checked before any item is read.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html',
  },
  {
    name: 'which rule a start key breaks',
    ours: /^ValidationException: The provided starting key is outside query boundaries based on provided conditions$/,
    theirs: /^ValidationException: The provided starting key does not match the range key predicate$/,
    isMeant: ({ input }) => input['KeyConditions'] !== undefined,
    ...WORDING,
  },
  {
    name: 'which segment of a scan',
    ours: /^ValidationException: The (?:TotalSegments|Segment) parameter is /,
    theirs: /^ValidationException: (?:If (?:total )?segments? is specified, .* must also be specified|.*[Ss]egment)/,
    ...WORDING,
  },
  {
    name: 'parameters of before beside expressions',
    ours: /^ValidationException: Can not use both expression and non-expression parameters in the same request: /,
    theirs:
      /^(?:ValidationException: (?:One or more parameter values were invalid|Cannot have two attributes|Supplied AttributeValue)|InternalFailure: )/,
    reason: 'The service looks at which parameters there are before it looks at what they say.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html',
  },
  {
    name: 'an update that the schema forbids, of an item that fails the condition',
    ours: /^ValidationException: (?:Key attributes must be scalars|One or more parameter values were invalid: Cannot update attribute)/,
    theirs: /^ConditionalCheckFailedException: /,
    reason: 'What the schema forbids is refused before the item is read.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html',
  },
  {
    name: 'a page that ends with the last key of its range',
    ours: /^output$/,
    theirs: /^output$/,
    isMeant: ({ operation, input }, ours, theirs) =>
      operation === 'Query' &&
      input['Limit'] !== undefined &&
      areEqualWithout(['pages', 'ConsumedCapacity'], ours, theirs),
    reason:
      'The service answers LastEvaluatedKey whenever the limit ends a page; DynamoDB Local not when no other key could follow.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html',
  },
  {
    name: 'sizes of indexes',
    ours: /^output$/,
    theirs: /^output$/,
    isMeant: ({ operation }, ours, theirs) =>
      operation === 'DescribeTable' && isDeepStrictEqual(withoutIndexSizes(ours), withoutIndexSizes(theirs)),
    reason: 'An index is as large as what it projects; DynamoDB Local counts whole items.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.StorageConsiderations',
  },
  {
    name: 'reasons of cancelled transactions',
    ours: /^TransactionCanceledException: /,
    theirs: /^TransactionCanceledException: /,
    isMeant: (_step, ours, theirs) =>
      lineOf(ours) === lineOf(theirs) &&
      isDeepStrictEqual(ours, JSON.parse(JSON.stringify(theirs).replaceAll('request failed."', 'request failed"'))),
    reason: 'DynamoDB Local ends the sentence with a stop where the action is a ConditionCheck.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html',
  },
  {
    name: 'new values of an update without an expression',
    ours: /^output$/,
    theirs: /^InternalFailure: /,
    isMeant: ({ operation, input }) => operation === 'UpdateItem' && (input['UpdateExpression'] ?? null) === null,
    reason: 'DynamoDB Local fails on it.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html',
  },
  {
    name: 'an index key of another type, or too large, in an update',
    ours: /^ValidationException: One or more parameter values were invalid: (?:Type mismatch for Index Key \w+ Expected: [SNB] Actual: \w+ IndexName: \w+|Aggregated size of all range keys has exceeded the size limit of 1024 bytes)$/,
    theirs: /^output$/,
    isMeant: ({ operation }) => operation === 'UpdateItem',
    reason: 'DynamoDB Local lets some of them pass, and leaves the item out of the index.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.DataTypes',
  },
  {
    name: 'consumed capacity',
    ours: /^output$/,
    theirs: /^output$/,
    isMeant: (_step, ours, theirs) => areEqualWithout(['ConsumedCapacity'], ours, theirs),
    reason: 'DynamoDB Local counts nothing for items that are not there, and more than the service for others.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html',
  },
  {
    name: 'metrics of item collections',
    ours: /^output$/,
    theirs: /^output$/,
    isMeant: ({ input }, ours, theirs) =>
      input['ReturnItemCollectionMetrics'] === 'SIZE' &&
      areEqualWithout(['ItemCollectionMetrics', 'ConsumedCapacity'], ours, theirs),
    reason: 'DynamoDB Local answers none for new items.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections',
  },
  {
    name: 'a filter on what a local index does not hold, in a scan',
    ours: /^ValidationException: One or more parameter values were invalid: Secondary index \w+ does not project one or more filter attributes: /,
    theirs: /^output$/,
    isMeant: ({ operation }) => operation === 'Scan',
    reason: 'DynamoDB Local says so for Query only.',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html',
  },
  {
    name: 'a key or index key of another type',
    ours: /^ValidationException: One or more parameter values were invalid: Type mismatch for (?:Index Key \w+ Expected: [SNB] Actual: \w+ IndexName: \w+|key \w+ expected: [SNB] actual: \w+)$/,
    theirs:
      /^ValidationException: (?:Invalid attribute value type$|One or more parameter values were invalid: Type mismatch for )/,
    ...WORDING,
  },
]

/** An answer as one line, as patterns see it: `name: message`, or `output`. */
export function lineOf(answer: Answer): string {
  return 'error' in answer ? `${answer.error.name}: ${answer.error.message}` : 'output'
}

/** The known difference between two answers that are not the same. */
export function knownDifference(step: DrawnStep, ours: Answer, theirs: Answer): KnownDifference | undefined {
  const [ourLine, theirLine] = [lineOf(ours), lineOf(theirs)]
  return KNOWN_DIFFERENCES.find(
    (known) =>
      known.ours.test(ourLine) && known.theirs.test(theirLine) && (known.isMeant?.(step, ours, theirs) ?? true),
  )
}

function areEqualWithout(members: readonly string[], ours: Answer, theirs: Answer): boolean {
  const without = (answer: Answer): unknown =>
    Object.fromEntries(
      Object.entries('output' in answer ? (answer.output as object) : {}).filter(([name]) => !members.includes(name)),
    )
  return isDeepStrictEqual(without(ours), without(theirs))
}

function withoutNumbers(line: string): string {
  return line.replaceAll(/\{N:[^}]*\}/g, '{N}')
}

function withoutIndexSizes(answer: Answer): unknown {
  return JSON.parse(JSON.stringify(answer), (name, value: unknown) => (name === 'IndexSizeBytes' ? undefined : value))
}

/** What is wrong with the actions of a cancelled transaction that are not valid. */
function refusalsOf(answer: Answer): readonly Answer[] {
  const { CancellationReasons } = (answer as { readonly error: { readonly CancellationReasons?: unknown } }).error
  if (CancellationReasons === undefined) return []
  const reasons = CancellationReasons as readonly { readonly Code: string; readonly Message?: string }[]
  return reasons.filter(({ Code }) => Code === 'ValidationError').map(({ Message = '' }) => refusal(Message))
}

function refusal(message: string): Answer {
  return { error: { name: 'ValidationException', message } }
}

function withSortedNames(line: string): string {
  return line.replace(/\[(.*)\]$/, (_, names: string) => names.split(', ').sort().join(', '))
}

function attributeNames(answer: Answer): readonly string[] {
  const { Attributes } = (answer as { readonly output: { readonly Attributes?: object } }).output
  return Object.keys(Attributes ?? {}).sort()
}
