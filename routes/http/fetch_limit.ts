import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Maximum number of images that are fetched by URL at the same time, for all clients together.
 * `MAX_FETCHES_OF_CLIENT` is the maximum for one client.
 */
const MAX_FETCHES = 32;
const MAX_FETCHES_OF_CLIENT = 8;

/**
 * Limit on the number of images that are fetched by URL at the same time. Without the limit, many
 * slow remote servers could occupy all connections and the memory until the fetches time out.
 */
export class FetchLimit {
  readonly #running = new Map<string, number>();
  #count = 0;

  /**
   * Counts one more running fetch for a client. Disposing the result subtracts the fetch from the
   * count; disposing it again has no effect.
   *
   * @throws {DomainError} `busy` if there are too many fetches of this client, or of all clients.
   */
  start(client: string): Disposable {
    const running = this.#running.get(client) ?? 0;
    if (running >= MAX_FETCHES_OF_CLIENT) throw busy(`${MAX_FETCHES_OF_CLIENT} for each client`);
    if (this.#count >= MAX_FETCHES) throw busy(`${MAX_FETCHES} for all clients`);
    this.#running.set(client, running + 1);
    this.#count++;
    let isRunning = true;
    return {
      [Symbol.dispose]: () => {
        if (isRunning) this.#end(client);
        isRunning = false;
      },
    };
  }

  #end(client: string): void {
    const running = (this.#running.get(client) ?? 0) - 1;
    if (running > 0) this.#running.set(client, running);
    else this.#running.delete(client);
    this.#count--;
  }
}

function busy(limit: string): DomainError {
  return new DomainError(
    "busy",
    `Cannot fetch image as at most ${limit} are fetched at once. Try again in a second`,
  );
}
