// UpdateTimeToLive and DescribeTimeToLive against the service. When items are deleted: test/unit/engine/time-to-live.test.ts.

import { broken, failed, refused, type Script, step, textOf } from '../../support/conformance-script.ts'
import { hashTable } from './tables.ts'

type More = Parameters<typeof step>[3]

const update = (title: string, input: unknown, more: More = {}): Script['steps'][number] =>
  step(title, 'UpdateTimeToLive', input, more)
const describe = (title: string, input: unknown, more: More = {}): Script['steps'][number] =>
  step(title, 'DescribeTimeToLive', input, more)
const by = (AttributeName: string, Enabled = true, TableName = 'hash'): unknown => ({
  TableName,
  TimeToLiveSpecification: { AttributeName, Enabled },
})

const NAME_IS_REQUIRED = "The parameter 'TableName' is required but was not present in the request"
const NOT_NULL = 'failed to satisfy constraint: Member must not be null'
const OTHER_ATTRIBUTE = 'TimeToLive is active on a different AttributeName: current AttributeName is until'
const NOT_FOUND = failed('ResourceNotFoundException', 'Requested resource not found: Table: nowhere not found')

/** The script. */
export const timeToLiveScript: Script = {
  operation: 'time-to-live',
  steps: [
    step('makes a table', 'CreateTable', hashTable('hash')),
    step('makes another table', 'CreateTable', hashTable('other')),
    describe('is disabled at first', { TableName: 'hash' }),
    update('refuses to disable what is disabled', by('until', false)),
    update('enables it', by('until')),
    describe('is enabled', { TableName: 'hash' }),
    update('refuses to enable it again', by('until')),
    update('refuses to enable it by another attribute', by('deadline'), refused(OTHER_ATTRIBUTE)),
    update('refuses to disable it by another attribute', by('deadline', false), refused(OTHER_ATTRIBUTE)),
    update(
      'refuses to disable it within the hour',
      by('until', false),
      refused('Time to live has been modified multiple times within a fixed interval'),
    ),
    update('takes an attribute of the key', by('a', true, 'other')),

    // Parameters
    update('refuses a request without a table', {}, refused(NAME_IS_REQUIRED)),
    update(
      'refuses a request without a specification',
      { TableName: 'hash' },
      broken(`Value null at 'timeToLiveSpecification' ${NOT_NULL}`),
    ),
    update(
      'refuses an empty specification',
      { TableName: 'hash', TimeToLiveSpecification: {} },
      broken(
        `Value null at 'timeToLiveSpecification.attributeName' ${NOT_NULL}`,
        `Value null at 'timeToLiveSpecification.enabled' ${NOT_NULL}`,
      ),
    ),
    update(
      'refuses a specification without an attribute',
      { TableName: 'hash', TimeToLiveSpecification: { Enabled: true } },
      broken(`Value null at 'timeToLiveSpecification.attributeName' ${NOT_NULL}`),
    ),
    update(
      'refuses a specification that does not say what to do',
      { TableName: 'hash', TimeToLiveSpecification: { AttributeName: 'until' } },
      broken(`Value null at 'timeToLiveSpecification.enabled' ${NOT_NULL}`),
    ),
    update(
      'refuses an attribute without a name',
      by(''),
      broken(
        "Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    ),
    update(
      'refuses an attribute of 256 characters',
      by(textOf(256)),
      broken(
        `Value '${textOf(256)}' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length less than or equal to 255`,
      ),
    ),
    update('refuses a table that does not exist', by('until', true, 'nowhere'), NOT_FOUND),
    describe('refuses to describe nothing', {}, refused(NAME_IS_REQUIRED)),
    describe('refuses to describe a table that does not exist', { TableName: 'nowhere' }, NOT_FOUND),
  ],
}
