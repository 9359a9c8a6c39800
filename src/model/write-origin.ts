// Who changes items.

/** Who wrote: a request of the app, time to live, or the replication of somebody else's write. */
export type WriteOrigin = 'user' | 'time-to-live' | 'replication'
