// The four questions of the page as requests in DynamoDB's shape: the table by country, the table by country and the
// beginning of the name, the global index by region, the local index by latitude.

import type { OperationTypes } from 'tidetable'

import { CITIES_TABLE, LATITUDE_INDEX, REGION_INDEX } from './tables.ts'

type QueryInput = OperationTypes['Query']['input']

/** What can be asked, of one country. */
export type Question = { readonly country: string; readonly descending: boolean } & (
  | { readonly kind: 'all' }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'latitude'; readonly south: string; readonly north: string }
)

/** Cities on one page of an answer. */
export const CITIES_PER_PAGE = 25

/** The request for the page of the answer that begins after `startKey`, or for the first. */
export function questionInput(question: Question, startKey: QueryInput['ExclusiveStartKey']): QueryInput {
  return {
    TableName: CITIES_TABLE,
    ...keyCondition(question),
    ...(question.descending ? { ScanIndexForward: false } : {}),
    Limit: CITIES_PER_PAGE,
    ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    ReturnConsumedCapacity: 'TOTAL',
  }
}

type KeyCondition = Pick<
  QueryInput,
  'IndexName' | 'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>

function keyCondition(question: Question): KeyCondition {
  const country = { ':country': { S: question.country } }
  switch (question.kind) {
    case 'all':
      return { KeyConditionExpression: 'country = :country', ExpressionAttributeValues: country }
    case 'prefix':
      return {
        KeyConditionExpression: 'country = :country AND begins_with(place, :prefix)',
        ExpressionAttributeValues: { ...country, ':prefix': { S: question.prefix } },
      }
    case 'region':
      return {
        IndexName: REGION_INDEX,
        // REGION is a reserved word of the API, hence the placeholder.
        KeyConditionExpression: 'country = :country AND #region = :region',
        ExpressionAttributeNames: { '#region': 'region' },
        ExpressionAttributeValues: { ...country, ':region': { S: question.region } },
      }
    case 'latitude':
      return {
        IndexName: LATITUDE_INDEX,
        KeyConditionExpression: 'country = :country AND latitude BETWEEN :south AND :north',
        ExpressionAttributeValues: { ...country, ':south': { N: question.south }, ':north': { N: question.north } },
      }
  }
}
