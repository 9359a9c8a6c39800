// The table that an operation on tags is about: it is named by its ARN alone.
// What the service answers to other ARNs was observed there: the account is checked before the region.

import { type MaybePromise, after } from '../base/maybe-promise.ts'
import { ServiceException, validationException } from '../model/service-exception.ts'
import type { Reader } from '../storage/contract.ts'
import { accessDenied, arnParts, type ArnScope, isArn, tableArn } from './arn.ts'
import type { Catalog } from './catalog.ts'
import type { TableSchema } from './table-schema.ts'

const INVALID = 'One or more parameter values were invalid:'
const TABLE_NAME = /^table\/([a-zA-Z0-9_.-]{3,255})$/
const OF_TABLE = /^table\/[^/]+\/(?:index|stream)\//

/**
 * Refuses what is not the ARN of a table in this database.
 *
 * @param arn untrusted
 * @returns the ARN
 * @throws ServiceException `ValidationException`, `AccessDeniedException`
 */
export function checkResourceArn(arn: string | undefined, scope: ArnScope): string {
  if (arn === undefined) throw validationException('Invalid TableArn')
  if (!isArn(arn)) throw validationException(`${INVALID} ARNs must start with 'arn:': ${arn}`)
  const parts = arnParts(arn)
  if (parts === undefined) throw notOfDynamoDb(arn)
  const { service, accountId, region, resource } = parts
  if (service !== 'dynamodb' || accountId !== scope.accountId) throw accessDenied()
  if (resource.includes('/index/')) {
    throw validationException(
      `${INVALID} Invalid resource arn provided, only table or stream is accepted. Provided resource arn: ${arn}`,
    )
  }
  if (!TABLE_NAME.test(resource) && !OF_TABLE.test(resource)) throw notOfDynamoDb(arn)
  const name = resource.slice('table/'.length)
  if (region === scope.region && arn === tableArn(scope, name)) return arn
  throw validationException(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`)
}

/**
 * The table of an ARN that has been checked.
 *
 * @throws ServiceException `ResourceNotFoundException`: also for streams, which have no tags
 */
export function requireTaggedTable(catalog: Catalog, reader: Reader, arn: string): MaybePromise<TableSchema> {
  const [, name] = TABLE_NAME.exec(arnParts(arn)?.resource ?? '') ?? []
  return after(name === undefined ? undefined : catalog.find(reader, name), (table) => {
    if (table !== undefined) return table
    throw new ServiceException(
      'ResourceNotFoundException',
      `Requested resource not found: ResourceArn: ${arn} not found`,
    )
  })
}

function notOfDynamoDb(arn: string): ServiceException {
  return validationException(`${INVALID} Provided Arn is not a DynamoDB resource arn: ${arn}`)
}
