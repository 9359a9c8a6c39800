// The package's own worker. Bundlers find it by the literal below: `new Worker(new URL('…', import.meta.url))` is the
// form that Vite, webpack 5, Parcel and Rollup's plugins read. The path is that of the source; the library's build
// writes './worker.js', which stands beside the built file.

/** Starts the worker of the database of this name. */
export function startWorker(name: string): Worker {
  return new Worker(new URL('../../worker/index.ts', import.meta.url), { type: 'module', name: `tidetable ${name}` })
}
