// Web Locks for Node: exclusive locks with a queue, as far as the wire uses them.

/** A LockManager of this process alone. */
export interface MemoryLocks extends LockManager {
  /** Frees a lock as the browser does when its holder ends. */
  release(name: string): void
}

interface Waiting {
  grant: () => void
  /** Has the holder's request fail: somebody else has it now. */
  lose: () => void
}

/** Locks that nobody holds yet. */
export function createMemoryLocks(): MemoryLocks {
  const queues = new Map<string, Waiting[]>()

  function release(name: string): void {
    const queue = queues.get(name) ?? []
    queue.shift()
    queue[0]?.grant()
  }

  async function request(name: string, ...rest: readonly unknown[]): Promise<unknown> {
    const callback = rest.at(-1) as LockGrantedCallback<unknown>
    const { signal, steal } = (rest.length > 1 ? rest[0] : {}) as LockOptions
    const queue = queues.get(name) ?? []
    queues.set(name, queue)
    const waiting: Waiting = { grant: () => undefined, lose: () => undefined }
    const lost = new Promise<never>((_resolve, reject) => {
      waiting.lose = () => reject(new DOMException('The lock was taken away.', 'AbortError'))
    })
    lost.catch(() => undefined)
    await new Promise<void>((resolve, reject) => {
      waiting.grant = resolve
      if (steal === true) {
        queue.shift()?.lose()
        queue.unshift(waiting)
      } else queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const place = queue.indexOf(waiting)
        if (place > 0) queue.splice(place, 1)
        reject(signal.reason as Error)
      })
      if (queue[0] === waiting) resolve()
    })
    try {
      return await Promise.race([callback({ name, mode: 'exclusive' }), lost])
    } finally {
      if (queue[0] === waiting) release(name)
    }
  }

  return { request, query: async () => ({ held: [], pending: [] }), release }
}
