// DynamoDB's protocol at a URL, over connections that stay open.

import { Agent, request } from 'node:http'
import { answerOf, type Endpoint, targetOf } from './endpoint.ts'
import { plainAnswer, plainInput } from './plain-answer.ts'

/** How to talk to a server. */
export interface HttpEndpointOptions {
  /** DynamoDB Local keeps the tables of each access key apart. Letters and digits. Default `conformance`. */
  readonly accessKeyId?: string
}

/** What a server answers, as it stands on the wire. */
export interface HttpReply {
  readonly status: number
  readonly text: string
}

/** An endpoint that also takes bodies as they are. */
export interface HttpEndpoint extends Endpoint {
  post(operation: string, body: string | Uint8Array): Promise<HttpReply>
}

/** An endpoint at a URL that begins with `http:`. */
export function createHttpEndpoint(
  url: string,
  { accessKeyId = 'conformance' }: HttpEndpointOptions = {},
): HttpEndpoint {
  const agent = new Agent({ keepAlive: true })
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`
  const post = (operation: string, body: string | Uint8Array): Promise<HttpReply> =>
    new Promise((resolve, reject) => {
      const headers = {
        'X-Amz-Target': targetOf(operation),
        'Content-Type': 'application/x-amz-json-1.0',
        'Content-Length': Buffer.byteLength(body),
        Authorization: authorization,
      }
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.toArray().then((chunks: Uint8Array[]) => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })
        }, reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  return {
    post,
    async send(operation, input) {
      const { status, text } = await post(operation, JSON.stringify(plainInput(input) ?? {}))
      return plainAnswer(answerOf(status, JSON.parse(text) as unknown))
    },
    close() {
      agent.destroy()
      return Promise.resolve()
    },
  }
}
