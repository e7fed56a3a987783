/**
 * Queue that serves its clients in turn, one item each (round robin, as FQ-CoDel does in RFC 8290).
 *
 * A turn serves the oldest item of one client, and then the next client has its turn. So a client
 * with a single item waits for only one item of each other client.
 *
 * @example
 * ```ts
 * import { FairQueue } from "./fair_queue.ts";
 *
 * const queue = new FairQueue<string>();
 * for (const item of ["a1", "a2", "a3"]) queue.push("a", item);
 * queue.push("b", "b1");
 * const order = [queue.shift(), queue.shift(), queue.shift(), queue.shift()];
 * if (order.join() !== "a1,b1,a2,a3") throw new Error(order.join());
 * ```
 */
export class FairQueue<Item> {
  /**
   * Items by client, in the order of the clients' turns. The oldest item of each client comes
   * first.
   */
  readonly #clients = new Map<string, Item[]>();
  #length = 0;

  /** Number of items of all clients. */
  get length(): number {
    return this.#length;
  }

  /** Appends an item of a client. A new client has its turn after all other clients. */
  push(client: string, item: Item): void {
    const items = this.#clients.get(client);
    if (items === undefined) this.#clients.set(client, [item]);
    else items.push(item);
    this.#length++;
  }

  /** Removes and returns the next item, or undefined if the queue is empty. */
  shift(): Item | undefined {
    const [next] = this.#clients;
    if (next === undefined) return undefined;
    const [client, items] = next;
    const item = items.shift();
    this.#length--;
    // A Map iterates in the order of insertion, so a new insertion moves the client to the end.
    this.#clients.delete(client);
    if (items.length > 0) this.#clients.set(client, items);
    return item;
  }

  /** Removes an item of a client. Does nothing if the queue does not have the item. */
  remove(client: string, item: Item): void {
    const items = this.#clients.get(client);
    const index = items?.indexOf(item) ?? -1;
    if (items === undefined || index < 0) return;
    items.splice(index, 1);
    this.#length--;
    if (items.length === 0) this.#clients.delete(client);
  }

  /** Returns true if `makeRoomFor()` would find an item to remove for `client`. */
  canMakeRoomFor(client: string): boolean {
    return this.#victimFor(client) !== undefined;
  }

  /**
   * Removes and returns the newest item of the client with the most items, so that `client` can add
   * an item.
   *
   * @returns Undefined if no client has at least two items more than `client`. With a smaller
   *   difference, the two clients would displace each other again and again.
   */
  makeRoomFor(client: string): Item | undefined {
    const victim = this.#victimFor(client);
    if (victim === undefined) return undefined;
    const item = this.#clients.get(victim)?.at(-1);
    if (item !== undefined) this.remove(victim, item);
    return item;
  }

  /** Removes and returns all items. */
  clear(): Item[] {
    const items = [...this.#clients.values()].flat();
    this.#clients.clear();
    this.#length = 0;
    return items;
  }

  /** Returns the client with the most items, if it has at least two items more than `client`. */
  #victimFor(client: string): string | undefined {
    let most = (this.#clients.get(client)?.length ?? 0) + 1;
    let victim: string | undefined;
    for (const [other, { length }] of this.#clients) {
      if (length <= most) continue;
      most = length;
      victim = other;
    }
    return victim;
  }
}
