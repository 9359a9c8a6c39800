// TagResource, UntagResource and ListTagsOfResource against the service. DynamoDB Local has no tags, so every answer is one that
// was observed at the service, or stands in its documentation:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html

import { answered, broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { described, hashTable } from './tables.ts'

type More = Parameters<typeof step>[3]
type Tags = readonly (readonly [string, string])[]

const ARN = 'arn:aws:dynamodb:local:000000000000:table'
const TABLE = `${ARN}/tagged`
const NOTHING = answered({})

const tagList = (tags: Tags): unknown => tags.map(([Key, Value]) => ({ Key, Value }))
const tag = (title: string, tags: Tags, more: More = NOTHING): Script['steps'][number] =>
  step(title, 'TagResource', { ResourceArn: TABLE, Tags: tagList(tags) }, more)
const untag = (title: string, TagKeys: readonly string[], more: More = NOTHING): Script['steps'][number] =>
  step(title, 'UntagResource', { ResourceArn: TABLE, TagKeys }, more)
const list = (title: string, tags: Tags, ResourceArn = TABLE): Script['steps'][number] =>
  step(title, 'ListTagsOfResource', { ResourceArn }, answered({ Tags: tagList(tags) }))
const listOf = (title: string, ResourceArn: string, more: More): Script['steps'][number] =>
  step(title, 'ListTagsOfResource', { ResourceArn }, more)

const many = (count: number): Tags => Array.from({ length: count }, (_, at) => [`n${at}`, 'v'] as const)
const INVALID = 'One or more parameter values were invalid:'
const TOO_MANY = refused('Number of Tags exceed the current limit for the provided ResourceArn')
const badKey = (key: string): More => refused(`The Tag Key provided is invalid, Key: ${key}`)
const badValue = (value: string): More => refused(`The Tag Value provided is invalid, Value: ${value}`)
const reserved = (key: string): More => refused(`Tag Key cannot be prefixed with aws:, Key: ${key}`)
const notFound = (arn: string): More =>
  failed('ResourceNotFoundException', `Requested resource not found: ResourceArn: ${arn} not found`)
const denied = failed('AccessDeniedException', 'Access is denied')

/** The script. */
export const tagsScript: Script = {
  operation: 'tags',
  steps: [
    step('makes a table', 'CreateTable', hashTable('tagged')),
    list('lists no tags', []),
    tag('adds tags', [
      ['stage', 'test'],
      ['Env', ''],
      ['env', 'x'],
    ]),
    list('lists them', [
      ['stage', 'test'],
      ['Env', ''],
      ['env', 'x'],
    ]),
    tag('gives a tag another value', [['stage', 'live']]),
    untag('removes a tag that is there and one that is not', ['Env', 'absent']),
    list('lists what is left', [
      ['stage', 'live'],
      ['env', 'x'],
    ]),
    untag('removes the rest', ['stage', 'env']),
    list('lists nothing again', []),

    // Tags of a new table
    step('makes a table with tags', 'CreateTable', { ...hashTable('born'), Tags: tagList([['a', 'b']]) }),
    list('lists the tags of the new table', [['a', 'b']], `${ARN}/born`),
    step(
      'deletes it',
      'DeleteTable',
      { TableName: 'born' },
      answered({ TableDescription: described({ TableName: 'born', TableStatus: 'DELETING' }) }),
    ),
    step('makes it anew without tags', 'CreateTable', hashTable('born')),
    list('lists none of the old tags', [], `${ARN}/born`),
    step(
      'refuses a table with a bad tag',
      'CreateTable',
      { ...hashTable('unborn'), Tags: tagList([['aws:x', 'b']]) },
      reserved('aws:x'),
    ),

    // Tags
    tag('takes letters of any script', [['ключ é 表 a+b-c=d.e_f:g/h@i', 'a b+c-d=e.f_g:h/i@j']]),
    untag('removes that', ['ключ é 表 a+b-c=d.e_f:g/h@i']),
    tag('refuses no tags', [], refused('Atleast one Tag needs to be provided as Input.')),
    untag('refuses no keys', [], refused('Atleast one Tag Key needs to be provided as Input.')),
    tag('takes a key of 128 characters and a value of 256', [[textOf(128), textOf(256)]]),
    untag('removes it', [textOf(128)]),
    tag('refuses a key of 129 characters', [[textOf(129), 'v']], badKey(textOf(129))),
    tag('refuses a value of 257 characters', [['k', textOf(257)]], badValue(textOf(257))),
    tag('refuses an empty key', [['', 'v']], badKey('')),
    tag('refuses a character in a key', [['bad#char', 'v']], badKey('bad#char')),
    tag('refuses a character in a value', [['k', 'bad#char']], badValue('bad#char')),
    tag('refuses a key of the service', [['aws:foo', 'v']], reserved('aws:foo')),
    tag('refuses a key of the service in any case', [['AWS:foo', 'v']], reserved('AWS:foo')),
    untag('refuses to remove a tag of the service', ['aws:foo'], reserved('aws:foo')),
    untag('refuses to remove a key of 129 characters', [textOf(129)], badKey(textOf(129))),
    tag(
      'refuses a key that is there twice',
      [
        ['dup', '1'],
        ['dup', '2'],
      ],
      refused('Duplicate Tag Keys provided as input: Duplicate Tag Key found dup'),
    ),
    step('refuses a tag without a key', 'TagResource', { ResourceArn: TABLE, Tags: [{ Value: 'v' }] }, badKey('null')),
    step(
      'refuses a tag without a value',
      'TagResource',
      { ResourceArn: TABLE, Tags: [{ Key: 'k' }] },
      badValue('null'),
    ),
    tag(
      'refuses all tags for one',
      [
        ['good', 'v'],
        ['aws:zzz', 'v'],
      ],
      reserved('aws:zzz'),
    ),
    list('has kept none of what was refused', []),
    tag('refuses 51 tags', many(51), TOO_MANY),
    tag('takes 50 tags', many(50)),
    tag('refuses one more', [['more', 'v']], TOO_MANY),
    tag('gives all of them other values', many(50)),
    untag(
      'refuses to remove 51',
      many(51).map(([key]) => key),
      TOO_MANY,
    ),
    list('lists 50 tags at once', many(50)),
    step(
      'refuses a token, as there is no second page',
      'ListTagsOfResource',
      { ResourceArn: TABLE, NextToken: 'x' },
      refused('Invalid Request: Provided nextToken is invalid: x'),
    ),

    // Resources
    step('refuses nothing', 'TagResource', {}, refused('Invalid TableArn')),
    step(
      'refuses a resource without tags',
      'TagResource',
      { ResourceArn: TABLE },
      broken("Value null at 'tags' failed to satisfy constraint: Member must not be null"),
    ),
    step(
      'refuses a resource without keys',
      'UntagResource',
      { ResourceArn: TABLE },
      broken("Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"),
    ),
    listOf('refuses the name of a table', 'tagged', refused(`${INVALID} ARNs must start with 'arn:': tagged`)),
    listOf('refuses a table that is not there', `${ARN}/nowhere`, notFound(`${ARN}/nowhere`)),
    listOf('refuses a name in other letters', `${ARN}/TAGGED`, notFound(`${ARN}/TAGGED`)),
    listOf('refuses a stream', `${TABLE}/stream/2026`, notFound(`${TABLE}/stream/2026`)),
    listOf(
      'refuses an index',
      `${TABLE}/index/byA`,
      refused(
        `${INVALID} Invalid resource arn provided, only table or stream is accepted. Provided resource arn: ${TABLE}/index/byA`,
      ),
    ),
    listOf(
      'refuses a backup',
      `${TABLE}/backup/01`,
      refused(`${INVALID} Provided Arn is not a DynamoDB resource arn: ${TABLE}/backup/01`),
    ),
    listOf('denies the table of another account', 'arn:aws:dynamodb:local:111111111111:table/tagged', denied),
    listOf('denies it whatever its region', 'arn:aws:dynamodb:us-east-1:111111111111:table/tagged', denied),
    listOf('denies what is of another service', 'arn:aws:s3:local:000000000000:table/tagged', denied),
    listOf(
      'refuses a table of another region',
      'arn:aws:dynamodb:us-east-1:000000000000:table/tagged',
      refused(
        'Invalid TableArn: Invalid ResourceArn provided as input arn:aws:dynamodb:us-east-1:000000000000:table/tagged',
      ),
    ),
  ],
}
