// Resource names as the service gives them.

/** Where the tables of a database seem to be. */
export interface ArnScope {
  readonly region: string
  /** Twelve digits. */
  readonly accountId: string
}

/** The name of a table. */
export function tableArn({ region, accountId }: ArnScope, tableName: string): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`
}

/** The name of a stream. */
export function streamArn(scope: ArnScope, tableName: string, label: string): string {
  return `${tableArn(scope, tableName)}/stream/${label}`
}

/** The name of a secondary index. */
export function indexArn(scope: ArnScope, tableName: string, indexName: string): string {
  return `${tableArn(scope, tableName)}/index/${indexName}`
}
