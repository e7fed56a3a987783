/**
 * Queue in which clients take turns, like the flows of FQ-CoDel (RFC 8290).
 *
 * The oldest item of the client whose turn it is comes first. Then the turn passes to the next
 * client, so a client with many items delays a client with one item by a single turn.
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
  /** Items by client, each oldest first. The clients are in the order of their turns. */
  readonly #clients = new Map<string, Item[]>();
  #length = 0;

  /** Number of items of all clients. */
  get length(): number {
    return this.#length;
  }

  /** Appends an item of a client. A client without items gets the last turn. */
  push(client: string, item: Item): void {
    const items = this.#clients.get(client);
    if (items === undefined) this.#clients.set(client, [item]);
    else items.push(item);
    this.#length++;
  }

  /** Removes and returns the item whose turn it is, or undefined if the queue is empty. */
  shift(): Item | undefined {
    const [next] = this.#clients;
    if (next === undefined) return undefined;
    const [client, items] = next;
    const item = items.shift();
    this.#length--;
    // A map keeps the order of insertion: the client moves to the end.
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

  /** Returns true if some client has at least two items more than `client`. */
  canMakeRoomFor(client: string): boolean {
    return this.#victimFor(client) !== undefined;
  }

  /**
   * Removes and returns the newest item of the client that has the most, for an item of `client`.
   *
   * @returns Undefined if no client has at least two items more than `client`.
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

  /** Returns the client with the most items if it has at least two more than `client`. */
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
