// Parameters of ExecuteStatement beside the statement, against the service: pages, capacity, constraints.

import {
  answerAt,
  answered,
  broken,
  failed,
  refused,
  type Script,
  type Step,
  step,
  textOf,
} from '../../support/conformance-script.ts'
import { asked, NO_TABLE, SETUP } from './partiql-steps.ts'

const send = (title: string, input: unknown, more: Parameters<typeof step>[3] = {}): Step =>
  step(title, 'ExecuteStatement', input, more)

const ALL_OF_A = "SELECT s FROM tab WHERE p='a'"
const BOTH = "SELECT p, s FROM tab WHERE p IN ['b','a']"
const read = (Table: number, more: object = {}): object => ({
  ConsumedCapacity: { TableName: 'tab', CapacityUnits: Table, Table: { CapacityUnits: Table }, ...more },
})
const total = (CapacityUnits: number): object => ({ ConsumedCapacity: { TableName: 'tab', CapacityUnits } })
const indexed = (units: number, kind: 'Local' | 'Global', name: string): object => ({
  ConsumedCapacity: {
    TableName: 'tab',
    CapacityUnits: units,
    Table: { CapacityUnits: 0 },
    [`${kind}SecondaryIndexes`]: { [name]: { CapacityUnits: units } },
  },
})
const ONE = { s: { N: '1' } }
const TWO = { s: { N: '2' } }
const THREE = { s: { N: '3' } }
const mismatch = refused('NextToken does not match request')

/** The script. */
export const partiqlRequestsScript: Script = {
  operation: 'partiql-requests',
  steps: [
    ...SETUP,
    // Pages
    send('reads a first page', { Statement: ALL_OF_A, Limit: 1 }),
    send('reads the next page', {
      Statement: ALL_OF_A,
      Limit: 1,
      NextToken: answerAt('reads a first page', 'NextToken'),
    }),
    send('reads the rest', { Statement: ALL_OF_A, NextToken: answerAt('reads the next page', 'NextToken') }),
    send('reads a page that the limit ends exactly', { Statement: ALL_OF_A, Limit: 3 }),
    send('reads nothing behind the last item', {
      Statement: ALL_OF_A,
      NextToken: answerAt('reads a page that the limit ends exactly', 'NextToken'),
    }),
    send('takes another limit and consistency with a token', {
      Statement: ALL_OF_A,
      Limit: 2,
      ConsistentRead: true,
      NextToken: answerAt('reads a first page', 'NextToken'),
    }),
    send('counts what the limit looks at, not what is found', {
      Statement: `${ALL_OF_A} AND s>1 AND g='g2'`,
      Limit: 1,
    }),
    send('goes on behind what was not found', {
      Statement: `${ALL_OF_A} AND s>1 AND g='g2'`,
      NextToken: answerAt('counts what the limit looks at, not what is found', 'NextToken'),
    }),
    send('reads a first page of several partitions', { Statement: BOTH, Limit: 1 }),
    // The reference server forgets the partitions that the page before has not come to.
    send(
      'goes on with the next partition',
      { Statement: BOTH, Limit: 2, NextToken: answerAt('reads a first page of several partitions', 'NextToken') },
      answered({
        Items: [
          { p: { S: 'a' }, ...ONE },
          { p: { S: 'a' }, ...TWO },
        ],
        NextToken: '<NextToken>',
      }),
    ),
    send('reads a page of an index', { Statement: `SELECT s FROM tab.byG WHERE g='g1'`, Limit: 1 }),
    send('reads the next page of an index', {
      Statement: `SELECT s FROM tab.byG WHERE g='g1'`,
      NextToken: answerAt('reads a page of an index', 'NextToken'),
    }),
    send(
      'refuses the token of another statement',
      { Statement: "SELECT s FROM tab WHERE p='b'", NextToken: answerAt('reads a first page', 'NextToken') },
      mismatch,
    ),
    send(
      'refuses the token of other parameters',
      {
        Statement: 'SELECT s FROM tab WHERE p=?',
        Parameters: [{ S: 'b' }],
        NextToken: answerAt('reads a first page', 'NextToken'),
      },
      mismatch,
    ),
    send('refuses what is no token', { Statement: ALL_OF_A, NextToken: 'abc' }),
    send(
      'refuses what is no token of its own',
      { Statement: ALL_OF_A, NextToken: 'e30=' },
      refused('Invalid NextToken'),
    ),
    send('takes no notice of a token with a write', {
      Statement: "UPDATE tab SET k=1 WHERE p='a' AND s=1",
      NextToken: 'abc',
    }),
    send('takes no notice of a limit with a write', { Statement: "UPDATE tab SET k=1 WHERE p='a' AND s=1", Limit: 1 }),
    // Capacity: the reference server tells none.
    send(
      'counts a read',
      { Statement: `${ALL_OF_A} AND s=1`, ReturnConsumedCapacity: 'TOTAL' },
      answered({ Items: [ONE], ...total(0.5) }),
    ),
    send(
      'counts a consistent read',
      { Statement: `${ALL_OF_A} AND s=1`, ReturnConsumedCapacity: 'INDEXES', ConsistentRead: true },
      answered({ Items: [ONE], ...read(1) }),
    ),
    send(
      'counts the read of a global index',
      { Statement: "SELECT s FROM tab.byG WHERE g='g2'", ReturnConsumedCapacity: 'INDEXES' },
      answered({ Items: [THREE], ...indexed(0.5, 'Global', 'byG') }),
    ),
    send(
      'counts the read of a local index',
      { Statement: "SELECT s FROM tab.byL WHERE p='a' AND l=4", ReturnConsumedCapacity: 'INDEXES' },
      answered({ Items: [TWO], ...indexed(0.5, 'Local', 'byL') }),
    ),
    send(
      'counts an insert with its indexes',
      { Statement: "INSERT INTO tab VALUE {'p':'c','s':1,'g':'x'}", ReturnConsumedCapacity: 'INDEXES' },
      answered({
        Items: [],
        ConsumedCapacity: {
          TableName: 'tab',
          CapacityUnits: 2,
          Table: { CapacityUnits: 1 },
          GlobalSecondaryIndexes: { keysG: { CapacityUnits: 1 } },
        },
      }),
    ),
    send(
      'counts an update',
      { Statement: "UPDATE tab SET k=1 WHERE p='c' AND s=1", ReturnConsumedCapacity: 'TOTAL' },
      answered({ Items: [], ...total(1) }),
    ),
    send(
      'counts the removal of nothing',
      { Statement: "DELETE FROM tab WHERE p='c' AND s=9", ReturnConsumedCapacity: 'TOTAL' },
      answered({ Items: [], ...total(1) }),
    ),
    send('counts nothing when nobody asks', { Statement: ALL_OF_A, ReturnConsumedCapacity: 'NONE' }),
    // Failed conditions
    send('answers the item of a failed condition', {
      Statement: "UPDATE tab SET k=1 WHERE p='a' AND s=2 AND g='x'",
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    send('answers no item when there is none', {
      Statement: "UPDATE tab SET k=1 WHERE p='z' AND s=2",
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    send('answers the item that a delete would not remove', {
      Statement: "DELETE FROM tab WHERE p='a' AND s=2 AND g='x'",
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    // Constraints
    send(
      'needs a statement',
      {},
      broken("Value null at 'statement' failed to satisfy constraint: Member must not be null"),
    ),
    send(
      'refuses an empty statement',
      { Statement: '' },
      broken(
        "Value '' at 'statement' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    send('takes a statement of 8,192 characters', { Statement: `SELECT p FROM tab WHERE g='${textOf(8164)}'` }),
    send('refuses a limit of 0', { Statement: ALL_OF_A, Limit: 0 }),
    send(
      'refuses an empty token',
      { Statement: ALL_OF_A, NextToken: '' },
      broken(
        "Value '' at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    send(
      'refuses a list of no parameters',
      { Statement: ALL_OF_A, Parameters: [] },
      broken(
        "Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    send(
      'refuses an unknown detail of capacity',
      { Statement: ALL_OF_A, ReturnConsumedCapacity: 'X' },
      broken(
        "Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
      ),
    ),
    send('refuses an unknown answer to failed conditions', {
      Statement: ALL_OF_A,
      ReturnValuesOnConditionCheckFailure: 'X',
    }),
    send(
      'refuses a statement that is a number',
      { Statement: 5 },
      failed('SerializationException', 'NUMBER_VALUE cannot be converted to String'),
    ),
    send('refuses a parameter without a type', { Statement: 'SELECT p FROM tab WHERE p=?', Parameters: [{}] }),
    send('refuses a parameter of two types', {
      Statement: 'SELECT p FROM tab WHERE p=?',
      Parameters: [{ S: 'a', N: '1' }],
    }),
    send(
      'refuses a parameter that is no number',
      { Statement: 'SELECT p FROM tab WHERE p=?', Parameters: [{ N: 'x' }] },
      refused('The parameter cannot be converted to a numeric value: x'),
    ),
    send('looks at parameters that no statement uses', { Statement: ALL_OF_A, Parameters: [{ SS: [] }] }),
    ...asked('refuses', [
      { statement: "SELECT p FROM tab.byG WHERE g='g1'", with: { ConsistentRead: true } },
      { statement: "SELECT p FROM nope WHERE p='a' AND s=1", ...NO_TABLE },
      "SELECT p FROM tab WHERE p='b' AND g",
      "SELECT p FROM tab WHERE g='a' OR true",
      'SELECT p FROM tab WHERE NOT g',
      "SELECT p FROM tab WHERE list_append(g,g)='a'",
      'SELECT p FROM tab WHERE l IS BAG',
      'SELECT p FROM tab WHERE l IS ANY',
      "DELETE FROM tab.byL WHERE p='a'",
      "SELECT p FROM tab.byG WHERE g='g1' AND p=1",
      "SELECT p FROM tab WHERE p='a' AND contains(p,1)",
      "SELECT p FROM tab WHERE p IN ['a'] AND s='x'",
      "SELECT p FROM tab.byG WHERE g='g1' AND l>='x'",
      "SELECT p FROM tab.byG WHERE g=''",
      'SELECT p FROM tab WHERE attribute_exists(p.x)',
      'SELECT p FROM tab WHERE fooBar(p)',
      "SELECT p FROM tab WHERE p='a' ORDER BY s-1",
      'UPDATE tab SET u=1 WHERE p=1 AND u>0',
      "UPDATE tab SET u=fooBar(u) WHERE p='a' AND s=1",
      "INSERT INTO tab VALUE {'p':a,'s':1}",
      "DELETE FROM tab x WHERE p='a'",
      "SELECT p FROM tab WHERE p='b' ORDER BY s, g",
      'SELECT p FROM tab WHERE x=1e99999999999',
      'SELECT p FROM tab WHERE s=0x1',
      'SELECT p FROM tab WHERE s = --1',
      'SELECT p\n\tFROM tab\n LIMIT 1',
    ]),
    ...asked('reads', [
      "SELECT p FROM tab WHERE p='b' AND s = - -1",
      "SELECT s FROM tab WHERE p='a' AND l IS NUMERIC",
      "SELECT s FROM tab WHERE p='a' AND b IS BLOB",
      "SELECT s FROM tab WHERE (((p='b')))",
      "  select   s  from tab where p = 'b'  ",
      "SELECT s FROM tab WHERE p='a' AND s=01",
    ]),
    ...asked('refuses too many operators', [
      `SELECT p FROM tab WHERE ${Array.from({ length: 151 }, () => "p='a'").join(' OR ')}`,
      `SELECT p FROM tab WHERE g IN [${Array.from({ length: 101 }, (_, at) => at).join(',')}]`,
    ]),
    ...asked('takes as many operators as there may be', [
      `SELECT p FROM tab WHERE ${Array.from({ length: 150 }, () => "p='b'").join(' OR ')}`,
      `SELECT p FROM tab WHERE g IN [${Array.from({ length: 100 }, (_, at) => at).join(',')}]`,
    ]),
  ],
}
