// Resource names as the service gives them, and takes them in place of a table's name.
// The words of its refusals were observed at the service: it is checked that an ARN is well formed, then the account, then
// the region.

import { ServiceException } from '../model/service-exception.ts'

/** Where the tables of a database seem to be. */
export interface ArnScope {
  readonly region: string
  /** Twelve digits. */
  readonly accountId: string
}

/** Where a database seems to be that nobody has said it of. */
export const LOCAL_SCOPE: ArnScope = { region: 'local', accountId: '000000000000' }

const PREFIX = 'arn:'
const PARTITION = 'aws'
const SERVICE = 'dynamodb'
const FORMAT =
  "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', " +
  'where Resource name must have length less than or equal to 255, Resource name must have length greater than or equal to 3, ' +
  'Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+'
const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/

/** Whether a text that stands for a table is its ARN: a name has no colon. */
export function isArn(nameOrArn: string): boolean {
  return nameOrArn.startsWith(PREFIX)
}

/** The name of a table that is given by its name or by its ARN, which has been checked. */
export function tableNameOf(nameOrArn: string): string {
  return isArn(nameOrArn) ? nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1) : nameOrArn
}

/** The parts of an ARN; undefined for a text that has not all of them. */
export interface ArnParts extends ArnScope {
  readonly partition: string
  readonly service: string
  /** What comes behind the fifth colon. */
  readonly resource: string
}

/** Takes an ARN apart. */
export function arnParts(arn: string): ArnParts | undefined {
  const [prefix, partition, service, region, accountId, ...rest] = arn.split(':')
  if (prefix !== 'arn' || partition === undefined || service === undefined) return undefined
  if (region === undefined || accountId === undefined || rest.length === 0) return undefined
  return { partition, service, region, accountId, resource: rest.join(':') }
}

/**
 * What is wrong with an ARN that stands in place of a table's name.
 *
 * @param path where it stands, in a message
 * @returns the service's words; undefined for the ARN of a table that may be in this database
 * @throws ServiceException `AccessDeniedException` for a table of another account
 */
export function tableArnFault(arn: string, path: string, scope: ArnScope): string | undefined {
  const parts = arnParts(arn)
  const malformed = `Value '${arn}' at '${path}' failed to satisfy constraint: ${FORMAT}`
  if (parts === undefined || parts.service !== SERVICE) return malformed
  if (parts.partition !== PARTITION) return `Invalid AWS partition in '${arn}'`
  const [type, ...name] = parts.resource.split('/')
  if (type !== 'table') return `Invalid resource type in '${arn}'`
  if (!TABLE_NAME.test(name.join('/'))) return malformed
  if (parts.accountId !== scope.accountId) throw accessDenied()
  return parts.region === scope.region ? undefined : `Invalid AWS region in '${arn}'`
}

/** What the service says of what belongs to another account. */
export function accessDenied(): ServiceException {
  return new ServiceException('AccessDeniedException', 'Access is denied')
}

/** The name of a table. */
export function tableArn({ region, accountId }: ArnScope, tableName: string): string {
  return `${PREFIX}${PARTITION}:${SERVICE}:${region}:${accountId}:table/${tableName}`
}

/** The name of a stream. */
export function streamArn(scope: ArnScope, tableName: string, label: string): string {
  return `${tableArn(scope, tableName)}/stream/${label}`
}

/** The name of a secondary index. */
export function indexArn(scope: ArnScope, tableName: string, indexName: string): string {
  return `${tableArn(scope, tableName)}/index/${indexName}`
}
