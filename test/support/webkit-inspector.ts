// Evaluates JavaScript in pages of WebKitGTK's MiniBrowser through its remote inspector. WebDriver would be the usual way, but
// an automated session of WebKitGTK always uses a private in-memory profile, where IndexedDB is another one than users have.

import { WebSocket } from 'ws'

/** One page of the browser, as the inspector lists it. */
export interface InspectorTarget {
  /** `ws:` address of the page. */
  readonly socketUrl: string
  readonly pageUrl: string
}

/** A connection to one page. */
export interface InspectorConnection {
  /** The value of an expression, awaited if it is a promise; values must survive JSON. */
  evaluate(expression: string): Promise<unknown>
  /** Whether the page has loaded a document other than the blank one that every page begins with. */
  isLoaded(): Promise<boolean>
  /** Closes the page, and with it the connection. */
  closePage(): Promise<void>
  close(): void
}

const TARGET_PATTERN = /targeturl">([^<]*)<.*?(\/socket\/\d+\/\d+\/WebPage)/gs

/** An evaluation that a navigation has overtaken gets no answer from the page, which is gone. */
const NAVIGATED = 'the page has navigated away'

/** The pages which the inspector at `address` (`host:port`) offers; none while the browser is starting. */
export async function listInspectorTargets(address: string): Promise<InspectorTarget[]> {
  const listing = await fetch(`http://${address}/`).then(
    (response) => response.text(),
    () => '',
  )
  return Array.from(listing.matchAll(TARGET_PATTERN), ([, pageUrl = '', path = '']) => ({
    socketUrl: `ws://${address}${path}`,
    pageUrl: pageUrl.replaceAll('&amp;', '&'),
  }))
}

interface RemoteObject {
  readonly value?: unknown
  readonly objectId?: string
  readonly description?: string
}

interface EvaluationReply {
  readonly result?: { readonly result: RemoteObject; readonly wasThrown?: boolean }
  readonly error?: { readonly message: string }
}

interface InspectorMessage {
  readonly method?: string
  readonly params?: {
    readonly message?: string
    readonly targetInfo?: { readonly targetId: string }
    readonly newTargetId?: string
  }
}

/** Connects to one page; messages to a page are wrapped in messages to its target, which changes as the page navigates. */
export async function connectInspector(socketUrl: string): Promise<InspectorConnection> {
  const socket = new WebSocket(socketUrl)
  const pending = new Map<number, { resolve: (reply: EvaluationReply) => void; reject: (error: Error) => void }>()
  let targetId = ''
  let lastId = 0
  const fail = (error: Error): void => {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  const ready = new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.on('close', () => fail(new Error('the page or its browser has gone')))
    socket.on('message', (data: Buffer) => {
      const { method, params } = JSON.parse(data.toString()) as InspectorMessage
      if (method === 'Target.targetCreated') {
        targetId = params?.targetInfo?.targetId ?? ''
        resolve()
      } else if (method === 'Target.didCommitProvisionalTarget') {
        targetId = params?.newTargetId ?? targetId
        fail(new Error(NAVIGATED))
      } else if (method === 'Target.dispatchMessageFromTarget') {
        const reply = JSON.parse(params?.message ?? '{}') as EvaluationReply & { readonly id?: number }
        const waiting = pending.get(reply.id ?? 0)
        pending.delete(reply.id ?? 0)
        waiting?.resolve(reply)
      }
    })
  })
  await ready
  const call = (method: string, parameters: object): Promise<EvaluationReply> =>
    new Promise((resolve, reject) => {
      lastId += 1
      pending.set(lastId, { resolve, reject })
      const message = JSON.stringify({ id: lastId, method, params: parameters })
      socket.send(JSON.stringify({ id: lastId, method: 'Target.sendMessageToTarget', params: { targetId, message } }))
    })
  return {
    evaluate: async (expression) => {
      const promise = unwrap(
        await call('Runtime.evaluate', { expression: wrapAsync(expression), emulateUserGesture: true }),
      )
      const { objectId: promiseObjectId } = promise
      const settled = unwrap(await call('Runtime.awaitPromise', { promiseObjectId, returnByValue: true }))
      const outcome = settled.value as { readonly value?: unknown; readonly failure?: string }
      if (outcome.failure !== undefined) throw new Error(outcome.failure)
      return outcome.value
    },
    isLoaded: async () => {
      const expression = `location.href !== 'about:blank' && document.readyState === 'complete'`
      const answer = await call('Runtime.evaluate', { expression }).catch(() => undefined)
      // An error here says that the blank document has just gone: ask again.
      return answer?.result?.result.value === true
    },
    closePage: async () => {
      const closed = new Promise((resolve) => socket.once('close', resolve))
      // The answer never comes: the page that would send it has gone.
      await Promise.race([closed, call('Runtime.evaluate', { expression: 'window.close()' }).catch(() => undefined)])
      await closed
    },
    close: () => socket.close(),
  }
}

/** Failures travel as values, because the inspector keeps only the class name of what a promise rejects with. */
function wrapAsync(expression: string): string {
  return `(async () => {
    try { return { value: await (${expression}) } }
    catch (error) { return { failure: String(error?.message ?? error) } }
  })()`
}

function unwrap(reply: EvaluationReply): RemoteObject {
  if (reply.error !== undefined) throw new Error(reply.error.message)
  if (reply.result === undefined) throw new Error('the inspector sent an answer without a result')
  if (reply.result.wasThrown === true) throw new Error(reply.result.result.description ?? 'the expression threw')
  return reply.result.result
}
