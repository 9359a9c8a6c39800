// What is fuzzed: each target makes one attempt of a draw and ends well, or throws what its user would not understand.

import { bindExpressions, type ExpressionBinder } from '../../src/expressions/request-expressions.ts'
import { AssertionError } from '../../src/base/assert.ts'
import { decodeBase64 } from '../../src/base/base64.ts'
import type { AttributeSource, Item } from '../../src/model/attribute-value.ts'
import type { KeyShape } from '../../src/model/key-schema.ts'
import { canonicalNumber } from '../../src/model/number.ts'
import { createDictionary, PackedItem, packItem, repackItem } from '../../src/model/packed-item.ts'
import { ServiceException } from '../../src/model/service-exception.ts'
import { canonicalItem } from '../../src/model/validate-item.ts'
import { findOperation, OPERATION_NAMES } from '../../src/engine/operations/registry.ts'
import { createHttpExchange } from '../../src/server/http-handler.ts'
import { type Draw, createDraw } from '../differential/draw.ts'
import { ExpressionText } from '../differential/draw-expressions.ts'
import { drawMistake } from '../differential/draw-mistakes.ts'
import { drawRequest } from '../differential/draw-requests.ts'
import { type DrawnTable, drawItem, drawTable } from '../differential/draw-tables.ts'
import { createProtocolEndpoint } from '../support/engine-endpoint.ts'
import { targetOf } from '../support/endpoint.ts'
import type { HttpEndpoint } from '../support/http-endpoint.ts'
import { ANY_AUTHORIZATION } from '../support/http-requests.ts'
import { drawShaped } from './draw-shaped.ts'
import { anyBytes, mutateBytes, mutateText } from './mutate-text.ts'

/** Something that takes what users send. */
export interface FuzzTarget {
  readonly name: string
  /** Its share of all attempts. */
  readonly weight: number
  /**
   * Makes one attempt.
   *
   * @returns whether the input was accepted
   * @throws whatever is neither an exception of the service nor a documented error
   */
  attempt(draw: Draw): boolean | Promise<boolean>
  close?(): Promise<void>
}

type Bind = (binder: ExpressionBinder, text: string) => (source: AttributeSource, item: Item) => unknown

const KEY: KeyShape = { partition: [{ name: 'p', type: 'S' }], sort: [{ name: 's', type: 'N' }] }
const KEY_ATTRIBUTES = [
  { name: 'p', type: 'S' },
  { name: 's', type: 'N' },
] as const
/** The engine's items come and go; after so many attempts it starts anew. */
const ATTEMPTS_PER_ENGINE = 2000
const MAX_ANY_BYTES = 200

/** All targets. */
export function createTargets(): readonly FuzzTarget[] {
  return [
    expressionTarget(
      'conditions',
      25,
      (text) => text.condition(),
      (binder, text) => {
        const condition = binder.condition('ConditionExpression', text)
        return (source) => condition.evaluate(source)
      },
    ),
    expressionTarget(
      'projections',
      10,
      (text) => text.projection(),
      (binder, text) => {
        const projection = binder.projection(text)
        return (source) => projection.project(source)
      },
    ),
    expressionTarget(
      'updates',
      25,
      (text) => text.update(),
      (binder, text) => {
        const update = binder.update(text)
        return (_source, item) => update.apply(item)
      },
    ),
    expressionTarget(
      'key conditions',
      10,
      (text) => text.keyCondition(KEY_ATTRIBUTES),
      (binder, text) => {
        const condition = binder.keyCondition(text, KEY)
        return () => condition
      },
    ),
    scalarTarget,
    packedTarget,
    requestTarget('requests', 8, drawnRequestBody),
    requestTarget('requests of shapes', 6, shapedRequestBody),
    httpTarget(),
  ]
}

/** True for success, false for an exception of the service. */
function accepts(attempt: () => unknown, isExpected: (error: unknown) => boolean = isServiceException): boolean {
  try {
    attempt()
    return true
  } catch (error) {
    if (isExpected(error)) return false
    throw error
  }
}

function isServiceException(error: unknown): boolean {
  return error instanceof ServiceException
}

function expressionTarget(
  name: string,
  weight: number,
  write: (text: ExpressionText) => string,
  bind: Bind,
): FuzzTarget {
  return {
    name,
    weight,
    attempt(draw) {
      const written = new ExpressionText(draw)
      const grammatical = write(written)
      const other = draw.chance(10) ? write(written) : ''
      const text = draw.chance(30) ? grammatical : mutateText(draw, grammatical + other)
      return accepts(() => {
        const binder = bindExpressions(inputOf(written))
        const evaluate = bind(binder, text)
        binder.finish()
        const item = canonicalItem(withBytes(drawItem(draw, TABLE)))
        const source = {
          attribute: (attribute: string) => (Object.hasOwn(item, attribute) ? item[attribute] : undefined),
        }
        evaluate(source, item)
      })
    },
  }
}

const TABLE: DrawnTable = drawTable(createDraw(1), 'main')

function inputOf(written: ExpressionText): {
  readonly ExpressionAttributeNames?: unknown
  readonly ExpressionAttributeValues?: unknown
} {
  const { ExpressionAttributeNames, ExpressionAttributeValues } = written.parameters
  return {
    ...(ExpressionAttributeNames !== undefined && { ExpressionAttributeNames }),
    ...(ExpressionAttributeValues !== undefined && { ExpressionAttributeValues: withBytes(ExpressionAttributeValues) }),
  }
}

/** A value of the wire in the form that the engine takes: with bytes in place of base64. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (name === 'B' && typeof member === 'string') return [name, decodeBase64(member)]
    if (name === 'BS' && Array.isArray(member)) return [name, member.map((text) => decodeBase64(String(text)))]
    return [name, withBytes(member)]
  })
  return Object.fromEntries(entries)
}

const scalarTarget: FuzzTarget = {
  name: 'numbers and base64',
  weight: 4,
  attempt(draw) {
    const text = mutateText(draw, draw.pick(['12.5e-3', '-0.00', '9.99E+125', 'AQID', 'AA==']))
    decodeBase64(text)
    return accepts(() => canonicalNumber(text))
  },
}

/**
 * Packed bytes come from our own page, or from storage with a checksum. Damaged ones end in a broken assertion, in a place
 * outside the bytes, or in text that is not UTF-8, if they are not an item by chance.
 */
function isPackedError(error: unknown): boolean {
  if (error instanceof AssertionError || error instanceof RangeError || isServiceException(error)) return true
  return error instanceof TypeError && /utf-?8/i.test(error.message)
}

const packedTarget: FuzzTarget = {
  name: 'packed items',
  weight: 10,
  attempt(draw) {
    const dictionary = createDictionary(['p', 's', 'a'])
    const whole = packItem(canonicalItem(withBytes(drawItem(draw, TABLE))), dictionary)
    const bytes = draw.chance(90) ? mutateBytes(draw, whole) : anyBytes(draw, MAX_ANY_BYTES)
    return accepts(() => {
      const packed = new PackedItem(bytes, dictionary)
      packed.attribute('a')
      packed.toItem()
      repackItem(packed, createDictionary())
    }, isPackedError)
  },
}

type RequestBody = (draw: Draw) => { readonly operation: string; readonly body: string | Uint8Array }

function requestTarget(name: string, weight: number, draw: RequestBody): FuzzTarget {
  let endpoint: HttpEndpoint | undefined
  let attempts = 0
  return {
    name,
    weight,
    async attempt(source) {
      if (attempts++ % ATTEMPTS_PER_ENGINE === 0) {
        await endpoint?.close()
        endpoint = createProtocolEndpoint()
        for (const { input } of TABLES) await endpoint.post('CreateTable', JSON.stringify(input))
      }
      const { operation, body } = draw(source)
      const reply = await (endpoint as HttpEndpoint).post(operation, body)
      JSON.parse(reply.text)
      return reply.status === 200
    },
    close: () => endpoint?.close() ?? Promise.resolve(),
  }
}

const TABLES: readonly DrawnTable[] = ['main', 'side'].map((name, seed) => drawTable(createDraw(seed + 5), name))

/** A request with mistakes, and now and then with damage to its text. */
function drawnRequestBody(draw: Draw): ReturnType<RequestBody> {
  let step = drawRequest(draw, TABLES)
  for (let mistakes = draw.below(3); mistakes > 0; mistakes--) step = drawMistake(draw, step)
  const text = JSON.stringify(step.input)
  return { operation: step.operation, body: draw.chance(15) ? mutateText(draw, text) : text }
}

function shapedRequestBody(draw: Draw): ReturnType<RequestBody> {
  const operation = draw.pick(OPERATION_NAMES)
  const shape = findOperation(operation)?.shape
  return { operation, body: JSON.stringify(shape === undefined ? {} : (drawShaped(draw, shape) ?? null)) }
}

/** Whole HTTP requests: whatever comes, there is an answer, and it is not an internal error. */
function httpTarget(): FuzzTarget {
  const endpoint = createProtocolEndpoint()
  const failures: unknown[] = []
  const exchange = createHttpExchange({
    dispatch: async (operation, input) => {
      const { output } = (await endpoint.send(operation, input)) as { readonly output?: unknown }
      return output ?? {}
    },
    logger: (level, _message, facts) => void (level === 'error' && failures.push(facts?.['error'])),
  })
  return {
    name: 'HTTP',
    weight: 2,
    async attempt(draw) {
      const { operation, body } = drawnRequestBody(draw)
      const text = typeof body === 'string' ? new TextEncoder().encode(body) : body
      const bytes = draw.chance(70) ? mutateBytes(draw, text) : anyBytes(draw, MAX_ANY_BYTES)
      const headers = {
        'content-type': draw.pick(['application/x-amz-json-1.0', 'application/json', 'text/plain', '']),
        'x-amz-target': draw.chance(90) ? targetOf(operation) : mutateText(draw, targetOf(operation)),
        authorization: draw.chance(90) ? ANY_AUTHORIZATION : mutateText(draw, ANY_AUTHORIZATION),
        ...(draw.chance(15) && { 'content-encoding': draw.pick(['gzip', 'deflate', 'br', 'identity', 'x']) }),
        ...(draw.chance(10) && { 'accept-encoding': mutateText(draw, 'gzip;q=0.5, deflate') }),
      }
      const { status } = await exchange({
        method: draw.pick(['POST', 'POST', 'POST', 'GET', 'PUT']),
        path: '/',
        headers,
        body: bytes,
      })
      if (failures.length > 0) throw failures.pop()
      return status === 200
    },
    close: () => endpoint.close(),
  }
}
