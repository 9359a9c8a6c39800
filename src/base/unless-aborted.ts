// Waiting for work that may take longer than anybody wants to wait.

/** What the work comes to; rejects with the signal's reason when that aborts first. The work itself goes on. */
export async function unlessAborted<T>(work: T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController()
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { signal: ended.signal })
  })
  try {
    const result = await Promise.race([work, aborted])
    signal.throwIfAborted()
    return result as T
  } finally {
    ended.abort()
  }
}
