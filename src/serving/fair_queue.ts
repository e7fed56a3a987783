/**
 * Place of a client in the order of turns. A client without items keeps its place until its next
 * turn.
 */
interface Place<Item> {
  readonly client: string;
  /** Items of the client. The oldest item comes first. */
  readonly items: Item[];
  /** True if a client that gets a new place may be put before this place. */
  mayBePassed: boolean;
}

/**
 * Queue that serves its clients in turn: one item of the first client, then one item of the next
 * client, and so on (round robin, like FQ-CoDel in RFC 8290).
 *
 * A turn serves the oldest item of one client. A client that is new in the queue goes before the
 * clients that have already had a turn, like a new flow in FQ-CoDel. Thus a client with a single
 * item does not wait for a client with many items.
 *
 * Between two turns of a client, only one new client may go before that client. Thus even many new
 * clients cannot keep the other clients from getting a turn.
 *
 * @example
 * ```ts
 * import { FairQueue } from "./fair_queue.ts";
 *
 * const queue = new FairQueue<string>();
 * for (const item of ["a1", "a2", "a3"]) queue.push("a", item);
 * const order = [queue.shift()];
 * queue.push("b", "b1");
 * order.push(queue.shift(), queue.shift(), queue.shift());
 * if (order.join() !== "a1,b1,a2,a3") throw new Error(order.join());
 * ```
 */
export class FairQueue<Item> {
  /** Places in the order of turns. */
  #places: Place<Item>[] = [];
  #length = 0;

  /** Number of items of all clients. */
  get length(): number {
    return this.#length;
  }

  /** Appends an item of a client. A client that is new in the queue gets a place. */
  push(client: string, item: Item): void {
    const place = this.#placeOf(client) ?? this.#addPlace(client);
    place.items.push(item);
    this.#length++;
  }

  /** Removes and returns the next item, or undefined if the queue is empty. */
  shift(): Item | undefined {
    for (let next = this.#places.shift(); next !== undefined; next = this.#places.shift()) {
      const item = next.items.shift();
      if (item === undefined) continue;
      this.#length--;
      // The client keeps a place until its next turn, even without items. A client that returns
      // immediately would otherwise count as new, and would get more turns than other clients.
      next.mayBePassed = true;
      this.#places.push(next);
      return item;
    }
    return undefined;
  }

  /** Removes an item of a client. Does nothing if the queue does not have the item. */
  remove(client: string, item: Item): void {
    const items = this.#placeOf(client)?.items ?? [];
    const index = items.indexOf(item);
    if (index < 0) return;
    items.splice(index, 1);
    this.#length--;
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
    const item = this.#victimFor(client)?.items.pop();
    if (item !== undefined) this.#length--;
    return item;
  }

  /** Removes and returns all items. */
  clear(): Item[] {
    const items = this.#places.flatMap((place) => place.items);
    this.#places = [];
    this.#length = 0;
    return items;
  }

  #placeOf(client: string): Place<Item> | undefined {
    return this.#places.find((place) => place.client === client);
  }

  /** Adds a place for a new client, directly after the last place whose `mayBePassed` is false. */
  #addPlace(client: string): Place<Item> {
    const last = this.#places.findLastIndex(({ mayBePassed }) => !mayBePassed);
    const added: Place<Item> = { client, items: [], mayBePassed: false };
    this.#places.splice(last + 1, 0, added);
    for (const passed of this.#places.slice(last + 2)) passed.mayBePassed = false;
    return added;
  }

  /**
   * Returns the client with the most items, if that client has at least two items more than
   * `client`.
   */
  #victimFor(client: string): Place<Item> | undefined {
    let most = (this.#placeOf(client)?.items.length ?? 0) + 1;
    let victim: Place<Item> | undefined;
    for (const place of this.#places) {
      if (place.items.length <= most) continue;
      most = place.items.length;
      victim = place;
    }
    return victim;
  }
}
