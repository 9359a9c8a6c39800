// Proves the harness that the other scenarios stand on: what IndexedDB has acknowledged before a browser's processes are
// killed is there when the browser starts again on the same profile, and several tabs share one database.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BROWSER_ENGINES } from '../support/browser-executables.ts'
import { createProfile, removeProfile, startBrowser } from '../support/browsers.ts'
import type { BrowserPage } from '../support/browsers.ts'
import { startStaticServer } from '../support/static-server.ts'
import type { StaticServer } from '../support/static-server.ts'

const PAGE = `<!doctype html>
<title>harness</title>
<script>
  function withStore(mode, run) {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open('harness', 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore('notes')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('notes', mode, { durability: 'strict' })
        const request = run(transaction.objectStore('notes'))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
      }
    })
  }
</script>`

function putNote(page: BrowserPage, key: string, value: string): Promise<unknown> {
  return page.evaluate(
    `withStore('readwrite', (store) => store.put(${JSON.stringify(value)}, ${JSON.stringify(key)})).then(() => null)`,
  )
}

function getNote(page: BrowserPage, key: string): Promise<unknown> {
  return page.evaluate(`withStore('readonly', (store) => store.get(${JSON.stringify(key)}))`)
}

describe.each(BROWSER_ENGINES)('a whole %s', (engine) => {
  let server: StaticServer
  let profileDirectory: string

  beforeEach(async () => {
    server = await startStaticServer({ pages: { '/': PAGE } })
    profileDirectory = await createProfile(engine)
  })

  afterEach(async () => {
    await server.close()
    await removeProfile(profileDirectory)
  })

  it('finds an acknowledged write after all its processes were killed', async () => {
    const first = await startBrowser(engine, profileDirectory)
    await putNote(await first.open(`${server.origin}/`), 'before', 'the crash')
    await first.kill()

    const second = await startBrowser(engine, profileDirectory)
    const found = await getNote(await second.open(`${server.origin}/`), 'before')
    await second.close()

    expect(found).toBe('the crash')
  })

  it('shares one database between two tabs', async () => {
    const browser = await startBrowser(engine, profileDirectory)
    const [writer, reader] = [await browser.open(`${server.origin}/`), await browser.open(`${server.origin}/`)]
    await putNote(writer, 'from', 'the other tab')
    const found = await getNote(reader, 'from')
    await browser.close()

    expect(found).toBe('the other tab')
  })

  it('reports what a page throws', async () => {
    const browser = await startBrowser(engine, profileDirectory)
    const page = await browser.open(`${server.origin}/`)
    const failing = page.evaluate(() => {
      throw new RangeError('out of reach')
    })

    await expect(failing).rejects.toThrow('out of reach')
    await browser.close()
  })
})
