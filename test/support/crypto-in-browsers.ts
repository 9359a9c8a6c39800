// The part of Node's `crypto` that libraries use which tests run in browsers: random bytes.

import { Buffer } from 'buffer'

/** What `import crypto from 'crypto'` gives them. */
const nodeCrypto = {
  randomBytes: (size: number): Buffer => Buffer.from(crypto.getRandomValues(new Uint8Array(size))),
}

// oxlint-disable-next-line import/no-default-export -- reason: Node's module has one.
export default nodeCrypto
