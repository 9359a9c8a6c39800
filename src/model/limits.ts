// DynamoDB's limits, and Tidetable's own bounds on the data model. Other rooms import their numbers from here, so that
// each limit is written once, with its source (law 11).
// Source unless said otherwise: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
// (quotas in Amazon DynamoDB) and the reference page of the API operation named.

// Items and values

/** An item of this size is accepted, one byte more is refused (400 KB, names and values). */
export const MAX_ITEM_SIZE_BYTES = 409_600

/** Levels of a document; the value of a top-level attribute is level 1. */
export const MAX_NESTING_DEPTH = 32

/** UTF-8 bytes of an attribute name, at any level ("must be less than 65536 bytes"). */
export const MAX_ATTRIBUTE_NAME_SIZE_BYTES = 65_535

/** UTF-8 bytes of the name of a key attribute, or of one that an index projects. */
export const MAX_KEY_ATTRIBUTE_NAME_SIZE_BYTES = 255

/** Bytes of the value of a partition key. */
export const MAX_PARTITION_KEY_SIZE_BYTES = 2048

/** Bytes of the value of a sort key. */
export const MAX_SORT_KEY_SIZE_BYTES = 1024

/** Significant decimal digits of a number. */
export const MAX_NUMBER_DIGITS = 38

/** Power of ten of a number's first digit: magnitudes reach to 9.99…E+125. */
export const MAX_NUMBER_EXPONENT = 125

/** Power of ten of a number's first digit: magnitudes start at 1E-130. */
export const MIN_NUMBER_EXPONENT = -130

// Reading and writing

/** A page of Query and Scan ends with the item that reaches this size, before filters (1 MB). */
export const MAX_PAGE_SIZE_BYTES = 1_048_576

/** Keys of one BatchGetItem, over all of its tables. */
export const MAX_BATCH_GET_ITEMS = 100

/** A BatchGetItem answer ends before this size; the rest is UnprocessedKeys (16 MB). */
export const MAX_BATCH_GET_SIZE_BYTES = 16_777_216

/** Puts and deletes of one BatchWriteItem, over all of its tables. */
export const MAX_BATCH_WRITE_ITEMS = 25

/** Actions of one TransactWriteItems, and reads of one TransactGetItems, over all of their tables. */
export const MAX_TRANSACTION_ITEMS = 100

/** What a transaction brings (items, keys, expressions, values) or reads, all together (4 MB). */
export const MAX_TRANSACTION_SIZE_BYTES = 4_194_304

/** How long a ClientRequestToken is remembered after its request (ten minutes). */
export const REQUEST_TOKEN_LIFETIME_MS = 600_000

/** Longest ClientRequestToken. */
export const MAX_REQUEST_TOKEN_CHARS = 36

/** Names of one AttributesToGet. */
export const MAX_ATTRIBUTES_TO_GET = 255

/** Segments of a parallel Scan. */
export const MAX_SCAN_SEGMENTS = 1_000_000

// Requests

/** The body of a request, decompressed (16 MB). */
export const MAX_REQUEST_SIZE_BYTES = 16_777_216

/** Broken constraints that one refusal reports. */
export const MAX_REPORTED_ERRORS = 10

// Capacity

/** Provisioned units of a table or an index, of each kind (the service says so when it refuses more). */
export const MAX_CAPACITY_UNITS = 1_000_000_000_000

/** One write capacity unit covers this many bytes of an item. */
export const WRITE_UNIT_SIZE_BYTES = 1024

/** One read capacity unit covers this many bytes read strongly, or twice as many read eventually. */
export const READ_UNIT_SIZE_BYTES = 4096

// Expressions

/** UTF-8 bytes of one expression string. */
export const MAX_EXPRESSION_SIZE_BYTES = 4096

/** Operators and functions in one expression. */
export const MAX_EXPRESSION_OPERATORS = 300

/** Operands of one IN, beside the value that is looked for. */
export const MAX_IN_OPERANDS = 100

/** UTF-8 bytes of one placeholder, with its `#` or `:`. */
export const MAX_PLACEHOLDER_SIZE_BYTES = 255

/** The greatest list index that a document path may name. */
export const MAX_LIST_INDEX = 2_147_483_647

/** One expression with each of its placeholders replaced by the name or value that it stands for (1 MB). */
export const MAX_BOUND_EXPRESSION_SIZE_BYTES = 1_048_576

/** All ExpressionAttributeNames and ExpressionAttributeValues of a request, with their placeholders, together (2 MB). */
export const MAX_SUBSTITUTION_SIZE_BYTES = 2_097_152

// PartiQL

/** Characters of one statement (8 KB). */
export const MAX_STATEMENT_CHARS = 8192

/** Characters of a NextToken. */
export const MAX_NEXT_TOKEN_CHARS = 32_768

/** Statements of one BatchExecuteStatement. */
export const MAX_BATCH_STATEMENTS = 25

// Tables and indexes

/** Shortest name of a table or an index. */
export const MIN_TABLE_NAME_CHARS = 3

/** Longest name of a table or an index. */
export const MAX_TABLE_NAME_CHARS = 255

/** Global secondary indexes of one table. */
export const MAX_GLOBAL_INDEXES = 20

/** Local secondary indexes of one table. */
export const MAX_LOCAL_INDEXES = 5

/** NonKeyAttributes over all indexes of a table; the same attribute in two indexes counts twice. */
export const MAX_PROJECTED_ATTRIBUTES = 100

/** NonKeyAttributes of one index. */
export const MAX_NON_KEY_ATTRIBUTES = 20

/** Attributes of the partition key, and of the sort key, of a global index with a multi-attribute key. */
export const MAX_INDEX_KEY_ATTRIBUTES = 4

/** Attributes of a position in an index, which are most that a key can have: those of its key and those of the table's. */
export const MAX_POSITION_ATTRIBUTES: number = 2 * MAX_INDEX_KEY_ATTRIBUTES + 2

/** Names in one answer of ListTables. */
export const MAX_LIST_TABLES = 100

// Tags

/** Tags of one table. */
export const MAX_TAGS = 50

/** Characters of a tag's key. */
export const MAX_TAG_KEY_CHARS = 128

/** Characters of a tag's value. */
export const MAX_TAG_VALUE_CHARS = 256

// Accounts

/** Read and write capacity units each of all tables of an account in one region. */
export const ACCOUNT_CAPACITY_UNITS = 80_000

/** Read and write capacity units each of one table. */
export const TABLE_CAPACITY_UNITS = 40_000

// Time to live

/** Characters of the name of the attribute that holds when an item expires. */
export const MAX_TIME_TO_LIVE_NAME_CHARS = 255

/** An item that expired longer ago than this (five years) is not deleted any more. */
export const EXPIRED_TOO_LONG_AGO_SECONDS = 157_680_000

/** After a table's time to live was changed it cannot be changed again for this long (an hour). */
export const TIME_TO_LIVE_CHANGE_INTERVAL_MS = 3_600_000

// Streams

/** How long a stream's records, and a stream that takes none any more, can be read. */
export const STREAM_RETENTION_MS = 86_400_000

/** Records in one answer of GetRecords. */
export const MAX_STREAM_RECORDS = 1000

/** An answer of GetRecords ends with the record that reaches this size (1 MB). */
export const MAX_STREAM_RECORDS_SIZE_BYTES = 1_048_576

/** Names in one answer of ListStreams, and shards in one of DescribeStream. */
export const MAX_LIST_STREAMS = 100

// Source of the following: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html

/** Shortest ARN of a stream. */
export const MIN_STREAM_ARN_CHARS = 37

/** Longest ARN of a stream. */
export const MAX_STREAM_ARN_CHARS = 1024

/** Shortest name of a shard. */
export const MIN_SHARD_ID_CHARS = 28

/** Longest name of a shard. */
export const MAX_SHARD_ID_CHARS = 65

/** Shortest SequenceNumber. */
export const MIN_SEQUENCE_NUMBER_CHARS = 21

/** Longest SequenceNumber. */
export const MAX_SEQUENCE_NUMBER_CHARS = 40

/** Longest ShardIterator. */
export const MAX_SHARD_ITERATOR_CHARS = 2048

// Tidetable's own

/** Names in a table's attribute dictionary; names that come later are stored inline in each item. */
export const MAX_DICTIONARY_NAMES = 4096

/** Parsed expressions kept for the next request with the same text, for each of the three grammars. */
export const MAX_CACHED_EXPRESSIONS = 500

/**
 * Levels of parentheses and function calls that the expression parser goes down. Each level that is not redundant holds
 * an operator or a function of its own, and an expression may have 300 of them.
 */
export const MAX_EXPRESSION_DEPTH = 400

/** Levels of brackets, lists, maps and function calls that the parser of PartiQL goes down; a value may have 32. */
export const MAX_STATEMENT_DEPTH = 200
