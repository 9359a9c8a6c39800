// The work of the background as several engines over one store share it: one does it, and the others tell it that there is
// some. Two that do it at once would only lose races against each other.

/** Work, seen by whoever says which engine does it. */
export interface SharedWork {
  /** This engine does it from now on, beginning with a look. */
  begin(): void
  /** Another one does: what is under way is the last. */
  rest(): void
  /** There may be something to do. */
  wake(): void
}

/** An engine's share of the work. */
export interface WorkShare {
  /** Has whichever engine does the work look. */
  wake(): void
  /** Leaves the work to the others. */
  close(): void
}

/** Takes part in sharing work until the share is closed. Work rests until it is told to begin. */
export type ShareWork = (work: SharedWork) => WorkShare

/** There is no other engine. */
export function doAlone(work: SharedWork): WorkShare {
  work.begin()
  return { wake: () => work.wake(), close: () => undefined }
}

/** Several kinds of work as one. */
export function allOf(works: readonly SharedWork[]): SharedWork {
  return {
    begin: () => works.forEach((work) => work.begin()),
    rest: () => works.forEach((work) => work.rest()),
    wake: () => works.forEach((work) => work.wake()),
  }
}
