// The part of Node's `process` that libraries use which tests run in browsers: an empty environment, and signals that never
// come. Importing it makes it the global one too, which some of them use without asking.

/** What `import process from 'process'` gives them. */
const nodeProcess = { env: {}, on: (): void => undefined }

Object.assign(globalThis, { process: nodeProcess })

// oxlint-disable-next-line import/no-default-export -- reason: Node's module has one.
export default nodeProcess
