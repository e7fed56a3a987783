/** Maximum pipelined requests that begin in one turn of the event loop. */
const PER_TURN = 4;

/** Connections that wait for their next pipelined request. */
const waiting = new Set<() => void>();
let isScheduled = false;

/**
 * Calls a function in a later turn of the event loop.
 *
 * A connection with pipelined requests always has a next request at hand. If each next request
 * began at once, the program would never read other connections. The same holds if 100 connections
 * began their next requests in one turn.
 */
export function nextTurn(begin: () => void): void {
  waiting.add(begin);
  schedule();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    let left = PER_TURN;
    for (const begin of waiting) {
      waiting.delete(begin);
      begin();
      if (--left === 0) break;
    }
    if (waiting.size > 0) schedule();
  });
}
