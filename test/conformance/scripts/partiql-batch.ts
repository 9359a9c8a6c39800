// BatchExecuteStatement against the service.

import { answered, broken, type Script, type Step, step } from '../../support/conformance-script.ts'
import { hashTable } from './tables.ts'
import { askedTogether, type Further, SETUP, type Statement } from './partiql-steps.ts'

const batch = (title: string, statements: readonly Statement[], more: Further = {}): Step =>
  askedTogether('BatchExecuteStatement', title, statements, more)

const A1 = "SELECT p,s FROM tab WHERE p='a' AND s=1"
const ITEM = { p: { S: 'a' }, s: { N: '1' } }
const invalid = (Message: string): object => ({ Error: { Code: 'ValidationError', Message } })

/** The script. */
export const partiqlBatchScript: Script = {
  operation: 'partiql-batch',
  steps: [
    ...SETUP,
    step('makes another table', 'CreateTable', hashTable('hash')),
    step('stores an item there', 'PutItem', { TableName: 'hash', Item: { a: { S: 'one' }, v: { N: '1' } } }),
    // Reads
    batch('reads items', [A1, "SELECT * FROM hash WHERE a='one'"]),
    batch('answers the table of an item that is not there', [A1, "SELECT * FROM tab WHERE p='z' AND s=1"]),
    batch('reads with parameters', [
      { Statement: 'SELECT p,s FROM tab WHERE p=? AND s=?', Parameters: [{ S: 'a' }, { N: '1' }] },
    ]),
    batch('reads consistently', [{ Statement: A1, ConsistentRead: true }]),
    batch('lists what is inside of maps and lists where it is', ["SELECT m.x, g FROM tab WHERE p='a' AND s=1"]),
    batch('takes an order', [`${A1} ORDER BY s`]),
    batch('reads the others when one may read several', [A1, "SELECT p,s FROM tab WHERE p='a'"]),
    batch('reads no list of keys', ["SELECT p,s FROM tab WHERE p IN ['a'] AND s=1"]),
    batch('reads with no condition beside the key', [`${A1} AND g='g1'`]),
    batch('reads no index', ["SELECT p,s FROM tab.byL WHERE p='a' AND l=5"]),
    batch('reads no table', [A1, 'SELECT * FROM tab']),
    batch('reads the others when one lacks a parameter', [A1, 'SELECT p FROM tab WHERE p=? AND s=1']),
    batch('reads the others when a key has another type', [A1, "SELECT p FROM tab WHERE p=1 AND s='x'"]),
    batch('reads the others when one is malformed', [A1, 'SELECT p FROM tab WHERE']),
    batch(
      'reads the others when one is no statement',
      [A1, 'INVALID'],
      answered({
        Responses: [
          { TableName: 'tab', Item: ITEM },
          invalid("Statement wasn't well formed, can't be processed: Expected data manipulation"),
        ],
      }),
    ),
    batch(
      'reads the others when a table is not there',
      [A1, "SELECT * FROM nope WHERE p='a' AND s=1"],
      answered({
        Responses: [
          { TableName: 'tab', Item: ITEM },
          { Error: { Code: 'ResourceNotFound', Message: 'Requested resource not found' } },
        ],
      }),
    ),
    batch('refuses EXISTS', [A1, `EXISTS(${A1})`]),
    batch('refuses two reads of one item', [A1, "SELECT g FROM tab WHERE s=1 AND p='a'"]),
    // Writes
    batch('refuses reads and writes together', [A1, "DELETE FROM tab WHERE p='a' AND s=9"]),
    batch('writes each for itself', [
      "INSERT INTO tab VALUE {'p':'a','s':1}",
      "INSERT INTO tab VALUE {'p':'k','s':1}",
      "UPDATE tab SET n=1 WHERE p='a' AND s=2 AND n=55",
      "DELETE FROM tab WHERE p='a' AND s=44 RETURNING ALL OLD *",
      "UPDATE tab SET n=7 WHERE p='b' AND s=1 RETURNING ALL NEW *",
      "DELETE FROM hash WHERE a='one' RETURNING ALL OLD *",
    ]),
    batch(
      'answers the item of a failed condition',
      [
        {
          Statement: "UPDATE tab SET n=1 WHERE p='a' AND s=3 AND n=55",
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
      answered({
        Responses: [
          {
            Error: {
              Code: 'ConditionalCheckFailed',
              Message: 'The conditional request failed',
              Item: { p: { S: 'a' }, s: { N: '3' }, g: { S: 'g2' }, l: { N: '3' } },
            },
            TableName: 'tab',
          },
        ],
      }),
    ),
    batch('writes the others when one lacks a key', [
      "INSERT INTO tab VALUE {'p':'a'}",
      "UPDATE tab SET n=1 WHERE p='a'",
      "INSERT INTO tab VALUE {'p':'l1','s':1}",
    ]),
    batch('writes the others when one does not fit its item', [
      "UPDATE tab SET n=g+1 WHERE p='a' AND s=1",
      "INSERT INTO tab VALUE {'p':'l2','s':1}",
    ]),
    step('has written what it says', 'ExecuteStatement', {
      Statement: "SELECT p,s,n FROM tab WHERE p IN ['b','k','l1','l2','a']",
    }),
    // The reference server writes them all the same.
    batch('refuses two writes of one item', [
      "UPDATE tab SET n=7 WHERE p='b' AND s=1",
      "DELETE FROM tab WHERE s=1 AND p='b'",
    ]),
    // Capacity
    batch('counts reads by table', [A1, { Statement: "SELECT * FROM hash WHERE a='one'", ConsistentRead: true }], {
      ReturnConsumedCapacity: 'TOTAL',
      ...answered({
        Responses: [{ TableName: 'tab', Item: ITEM }, { TableName: 'hash' }],
        ConsumedCapacity: [
          { TableName: 'tab', CapacityUnits: 0.5 },
          { TableName: 'hash', CapacityUnits: 1 },
        ],
      }),
    }),
    batch('counts writes', ["INSERT INTO hash VALUE {'a':'two'}"], {
      ReturnConsumedCapacity: 'INDEXES',
      ...answered({
        Responses: [{ TableName: 'hash' }],
        ConsumedCapacity: [{ TableName: 'hash', CapacityUnits: 1, Table: { CapacityUnits: 1 } }],
      }),
    }),
    // Constraints
    batch(
      'needs statements',
      [],
      broken(
        "Value '[]' at 'statements' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    step(
      'needs a list of statements',
      'BatchExecuteStatement',
      {},
      broken("Value null at 'statements' failed to satisfy constraint: Member must not be null"),
    ),
    batch(
      'needs text in each statement',
      [{ Statement: '' }],
      broken(
        "Value '' at 'statements.1.member.statement' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    batch(
      'takes 25 statements',
      Array.from({ length: 25 }, (_, at) => `SELECT s FROM tab WHERE p='a' AND s=${at}`),
    ),
  ],
}
