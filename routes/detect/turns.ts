import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Maximum number of tasks that wait for their turn, for all clients together. `MAX_OF_CLIENT` is the
 * maximum for one client.
 */
const MAX_WAITING = 32;
const MAX_OF_CLIENT = 8;

/**
 * Runs short tasks on the thread of the server, one in each turn of the event loop. Other requests
 * are answered in between, also while a client sends many such tasks.
 */
export class Turns {
  readonly #waiting = new Map<string, number>();
  #count = 0;
  #last: Promise<void> = Promise.resolve();

  /**
   * Runs a task after the tasks before it.
   *
   * @throws {DomainError} `busy` if too many tasks of this client, or of all clients, are waiting.
   * @throws The error of the task.
   */
  async run<Result>(client: string, task: () => Result): Promise<Result> {
    const waiting = this.#waiting.get(client) ?? 0;
    if (waiting >= MAX_OF_CLIENT) throw busy(`${MAX_OF_CLIENT} of each client`);
    if (this.#count >= MAX_WAITING) throw busy(`${MAX_WAITING} of all clients`);
    this.#waiting.set(client, waiting + 1);
    this.#count++;
    const turn = this.#last.then(nextTurn);
    this.#last = turn;
    try {
      await turn;
      return task();
    } finally {
      this.#end(client);
    }
  }

  #end(client: string): void {
    const waiting = (this.#waiting.get(client) ?? 0) - 1;
    if (waiting > 0) this.#waiting.set(client, waiting);
    else this.#waiting.delete(client);
    this.#count--;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function busy(limit: string): DomainError {
  return new DomainError(
    "busy",
    `Cannot select as at most ${limit} may wait at once. Try again in a second`,
  );
}
