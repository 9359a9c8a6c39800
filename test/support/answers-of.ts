// Sends a conformance script.

import type { Answer, Script } from './conformance-script.ts'
import type { Endpoint } from './endpoint.ts'

/** The answers of an endpoint without tables to the steps of a script, in order. */
export async function answersOf({ steps }: Script, endpoint: Endpoint): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (const { operation, input } of steps) answers.push(await endpoint.send(operation, input))
  return answers
}
