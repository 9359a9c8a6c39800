// Where PartiQL is answered otherwise than the service does, beside what known-gaps lists.

import { type Answer, answered, refused } from '../support/conformance-script.ts'
import type { KnownGap } from './known-gaps.ts'

const A_PARSER_OF_ITS_OWN =
  "The statement is refused all the same. DynamoDB's parser knows the whole of SQL and can say which part of it is not " +
  'supported; ours knows what DynamoDB supports.'
const malformed = (statement: string): Answer =>
  refused(`Statement wasn't well formed, can't be processed: ${statement}`).service
const otherSyntax = (statement: string, detail: string = statement): KnownGap => ({
  operation: statement.startsWith('INSERT') ? 'partiql-write' : 'partiql-select',
  title: `refuses | ${statement}`,
  answer: malformed(detail),
  reason: A_PARSER_OF_ITS_OWN,
})

/** All of them. */
export const PARTIQL_GAPS: readonly KnownGap[] = [
  otherSyntax('SELECT * FROM (SELECT * FROM tab)'),
  otherSyntax('SELECT p FROM `tab`'),
  otherSyntax('SELECT p FROM tab WHERE p=`b`'),
  otherSyntax("SELECT p FROM tab WHERE p=DATE '2020-01-01'"),
  otherSyntax('SELECT p FROM tab WHERE p IN (SELECT p FROM tab)'),
  otherSyntax("SELECT p FROM tab WHERE CASE WHEN p='b' THEN true ELSE false END"),
  otherSyntax("SELECT p FROM tab WHERE CAST(p AS string)='b'"),
  otherSyntax('SELECT p FROM tab WHERE EXISTS(SELECT * FROM tab)'),
  otherSyntax("INSERT INTO tab VALUES ('p','f')"),
  otherSyntax('DROP TABLE tab', 'Expected data manipulation'),
  otherSyntax('CREATE TABLE x', 'Expected data manipulation'),
  {
    operation: 'partiql-select',
    title: 'refuses | SELECT m[*] FROM tab',
    answer: refused('Wildcard path component like a[*].b are not supported at 1:10:1').service,
    reason: A_PARSER_OF_ITS_OWN,
  },
  {
    operation: 'partiql-select',
    title: "reads | SELECT p,s FROM tab WHERE p IN ['b','a','b']",
    answer: answered({
      Items: [
        { p: { S: 'b' }, s: { N: '1' } },
        { p: { S: 'a' }, s: { N: '1' } },
        { p: { S: 'a' }, s: { N: '2' } },
        { p: { S: 'a' }, s: { N: '3' } },
      ],
    }).service,
    reason:
      'An item that satisfies a condition is listed once, however often the condition says so. Otherwise a NextToken would ' +
      'lead to two places.',
  },
  {
    operation: 'partiql-write',
    title: "refuses | UPDATE tab SET n=list_append(list_append(n,[1]),[2]) WHERE p='a' AND s=1",
    answer: refused('The function is not allowed to be used this way in an expression; function: list_append').service,
    reason:
      'What an UPDATE does has to be sayable as an UpdateExpression, in which list_append does not nest: writes are ' +
      'replicated as such.',
  },
]
