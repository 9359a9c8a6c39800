// The two modules that a benchmark page is built with: build-page.ts says which files stand behind them.

/** The peer under test, as its file in `peers/` has it. */
declare module '#peer' {
  export function createPeer(): import('./peer.ts').Peer
}

/** The same peer, where it is to run: in the page, or in a worker behind Comlink. */
declare module '#placed-peer' {
  export function createPeer(): import('./peer.ts').Peer
}
