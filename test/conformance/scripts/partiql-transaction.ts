// ExecuteTransaction against the service.

import { answered, broken, type Script, type Step, step } from '../../support/conformance-script.ts'
import { hashTable } from './tables.ts'
import { askedTogether, type Further, NO_MANIPULATION, SETUP, type Statement } from './partiql-steps.ts'

const transact = (title: string, statements: readonly Statement[], more: Further = {}): Step =>
  askedTogether('ExecuteTransaction', title, statements, more)

interface Reason {
  readonly Code: string
  readonly Message?: string
  readonly Item?: unknown
}

const cancelled = (...reasons: readonly Reason[]): { readonly service: NonNullable<Step['service']> } => ({
  service: {
    error: {
      name: 'TransactionCanceledException',
      message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
      CancellationReasons: reasons,
    },
  },
})

const A1 = "SELECT p,s FROM tab WHERE p='a' AND s=1"
const ITEM = { p: { S: 'a' }, s: { N: '1' } }
const FAILED = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }
const NONE = { Code: 'None' }

/** The script. */
export const partiqlTransactionScript: Script = {
  operation: 'partiql-transaction',
  steps: [
    ...SETUP,
    step('makes another table', 'CreateTable', hashTable('hash')),
    // Reads
    transact('reads items', [A1, "SELECT * FROM tab WHERE p='b' AND s=1"]),
    transact('answers an item that is not there', [A1, "SELECT * FROM tab WHERE p='zz' AND s=1"]),
    transact('reads with parameters', [
      { Statement: 'SELECT m.x FROM tab WHERE p=? AND s=?', Parameters: [{ S: 'a' }, { N: '1' }] },
    ]),
    transact('lists what is inside of maps and lists where it is', [
      "SELECT m.x[2].y, g FROM tab WHERE p='a' AND s=1",
      "SELECT top[1], m.n.q FROM tab WHERE p='n' AND s=1",
    ]),
    transact('refuses a read of several items', [A1, "SELECT p FROM tab WHERE p='a'"]),
    transact('refuses a read with another condition', [`${A1} AND g='x'`]),
    transact('refuses a read of an index', ["SELECT p FROM tab.byG WHERE g='a' AND l=2"]),
    transact('refuses a read of a table', ['SELECT p FROM tab']),
    transact('refuses two reads of one item', [A1, "SELECT g FROM tab WHERE p='a' AND s=1"]),
    transact('refuses a read of a table that is not there', [A1, "SELECT * FROM nope WHERE p='a' AND s=2"]),
    transact('refuses a malformed statement', [A1, 'SELECT p FROM']),
    transact('refuses what is no statement', ['INVALID'], NO_MANIPULATION),
    transact('counts reads twice', [A1], {
      ReturnConsumedCapacity: 'TOTAL',
      ...answered({
        Responses: [{ Item: ITEM }],
        ConsumedCapacity: [{ TableName: 'tab', CapacityUnits: 2, ReadCapacityUnits: 2 }],
      }),
    }),
    // Writes
    transact('writes', [
      "INSERT INTO tab VALUE {'p':'t1','s':1}",
      "UPDATE tab SET n=5 WHERE p='b' AND s=1",
      "DELETE FROM tab WHERE p='a' AND s=3",
      "INSERT INTO hash VALUE {'a':'t1'}",
    ]),
    step('has written all', 'ExecuteStatement', {
      Statement: "SELECT p,s,n FROM tab WHERE p IN ['t1','b','a']",
    }),
    transact(
      'writes nothing when one fails',
      [
        "INSERT INTO tab VALUE {'p':'t2','s':1}",
        "INSERT INTO tab VALUE {'p':'t1','s':1}",
        "UPDATE tab SET n=6 WHERE p='b' AND s=1 AND n=77",
        "DELETE FROM tab WHERE p='a' AND s=1",
      ],
      cancelled(NONE, { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' }, FAILED, NONE),
    ),
    step('has written nothing', 'ExecuteStatement', { Statement: "SELECT p,s,n FROM tab WHERE p IN ['t2','b','a']" }),
    transact('refuses an update of nothing', ["UPDATE tab SET n=6 WHERE p='zz' AND s=1"]),
    transact('removes nothing', ["DELETE FROM tab WHERE p='zz' AND s=1"]),
    transact(
      'answers the item of a failed condition',
      [
        {
          Statement: "UPDATE tab SET n=6 WHERE p='b' AND s=1 AND n=1",
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      ],
      cancelled({ ...FAILED, Item: { p: { S: 'b' }, s: { N: '1' }, x: { S: 'only' }, n: { N: '5' } } }),
    ),
    transact(
      'cancels an update that does not fit its item',
      ["UPDATE tab SET n=g+5 WHERE p='a' AND s=1"],
      cancelled({
        Code: 'ValidationError',
        Message: 'An operand in the update expression has an incorrect data type',
      }),
    ),
    transact('refuses RETURNING', [
      "UPDATE tab SET n=5 WHERE p='a' AND s=1",
      "DELETE FROM tab WHERE p='a' AND s=2 RETURNING ALL OLD *",
    ]),
    transact('refuses reads and writes together', [A1, "DELETE FROM tab WHERE p='a' AND s=9"]),
    transact('refuses two writes of one item', [
      "UPDATE tab SET n=5 WHERE p='a' AND s=1",
      "UPDATE tab SET n=6 WHERE p='a' AND s=1",
    ]),
    // Conditions on items that are not written
    transact('writes when an item is as it should be', [
      "EXISTS(SELECT * FROM tab WHERE p='b' AND s=1 AND n=5)",
      "UPDATE tab SET n=8 WHERE p='a' AND s=1",
    ]),
    transact(
      'writes nothing when an item is not as it should be',
      ["EXISTS(SELECT * FROM tab WHERE p='b' AND s=1 AND n=6)", "UPDATE tab SET n=9 WHERE p='a' AND s=1"],
      cancelled(FAILED, NONE),
    ),
    transact('takes a condition alone', ["EXISTS(SELECT * FROM tab WHERE p='b' AND s=1 AND n=5)"]),
    transact('refuses a condition on several items', ["EXISTS(SELECT * FROM tab WHERE p='b' AND n=1)"]),
    transact('refuses a condition that is only a key', ["EXISTS(SELECT * FROM tab WHERE p='b' AND s=1)"]),
    transact('refuses a condition with a read', ["EXISTS(SELECT * FROM tab WHERE p='b' AND s=1 AND n=5)", A1]),
    // Tokens
    transact('does a request with a token', ["UPDATE tab SET n=n+1 WHERE p='b' AND s=1"], {
      ClientRequestToken: 'once',
    }),
    transact('does it only once', ["UPDATE tab SET n=n+1 WHERE p='b' AND s=1"], { ClientRequestToken: 'once' }),
    step('has done it once', 'ExecuteStatement', { Statement: "SELECT n FROM tab WHERE p='b' AND s=1" }),
    transact('takes any token with reads', [A1], { ClientRequestToken: 'once' }),
    transact('counts writes twice', ["UPDATE hash SET v=1 WHERE a='t1'"], {
      ReturnConsumedCapacity: 'INDEXES',
      ...answered({
        Responses: [],
        ConsumedCapacity: [
          {
            TableName: 'hash',
            CapacityUnits: 2,
            WriteCapacityUnits: 2,
            Table: { CapacityUnits: 2, WriteCapacityUnits: 2 },
          },
        ],
      }),
    }),
    // Constraints
    transact(
      'needs statements',
      [],
      broken(
        "Value '[]' at 'transactStatements' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    transact(
      'takes 100 statements',
      Array.from({ length: 100 }, (_, at) => `SELECT s FROM tab WHERE p='a' AND s=${at}`),
    ),
    transact('refuses two statements on one item among many', [
      ...Array.from({ length: 98 }, (_, at) => `DELETE FROM tab WHERE p='a' AND s=${at + 100}`),
      "DELETE FROM tab WHERE p='a' AND s=100",
    ]),
  ],
}
