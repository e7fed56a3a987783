/** Maximum pipelined requests that begin in one turn of the event loop. */
const PER_TURN = 4;

/**
 * Functions that wait for a turn of the event loop. Each function starts the next pipelined request
 * of one connection.
 */
const waiting = new Set<() => void>();
let isScheduled = false;

/**
 * Calls a function in a later turn of the event loop.
 *
 * A client can send many requests at once on one connection (pipelining). If each request began
 * right after the previous request, the program would never read other connections. Therefore at
 * most `PER_TURN` pipelined requests of all connections begin in one turn.
 *
 * @param begin Begins a request.
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
