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
  /** Number of turns that the client must leave to other clients, because of long items. */
  debt: number;
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
 * An item may cost several turns. After such an item, the client leaves its next turns to the other
 * clients, like a flow with a negative deficit in FQ-CoDel.
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
  #cost = 0;
  readonly #costOf: (item: Item) => number;

  /**
   * Creates an empty queue.
   *
   * @param costOf Returns the number of turns that an item costs, at least 1. Unset: each item costs
   *   one turn.
   */
  constructor(costOf: (item: Item) => number = () => 1) {
    this.#costOf = costOf;
  }

  /** Number of items of all clients. */
  get length(): number {
    return this.#length;
  }

  /** Number of turns that the items of all clients cost. */
  get cost(): number {
    return this.#cost;
  }

  /** Returns the number of items for which `isWanted` returns true. */
  count(isWanted: (item: Item) => boolean): number {
    return this.#places.reduce((sum, { items }) => sum + items.filter(isWanted).length, 0);
  }

  /** Appends an item of a client. A client that is new in the queue gets a place. */
  push(client: string, item: Item): void {
    const place = this.#placeOf(client) ?? this.#addPlace(client);
    place.items.push(item);
    this.#length++;
    this.#cost += this.#costOf(item);
  }

  /**
   * Removes and returns the next item, or undefined if the queue has no such item.
   *
   * @param isWanted Returns true for an item that may be removed. The oldest of these items of a
   *   client goes first. A client without such an item keeps its place. Unset: any item.
   */
  shift(isWanted: (item: Item) => boolean = () => true): Item | undefined {
    if (this.#length === 0) this.#places = [];
    if (!this.#places.some(({ items }) => items.some(isWanted))) return undefined;
    for (let index = 0;;) {
      const [place] = this.#places.splice(index, 1);
      if (place === undefined) index = 0;
      else if (place.debt > 0) {
        place.debt--;
        this.#places.push(place);
      } else if (place.items.length > 0) {
        const at = place.items.findIndex(isWanted);
        if (at >= 0) return this.#serve(place, at);
        this.#places.splice(index++, 0, place);
      }
    }
  }

  /** Removes and returns an item of a client, and puts the client behind all other clients. */
  #serve(place: Place<Item>, index: number): Item | undefined {
    const [item] = place.items.splice(index, 1);
    if (item === undefined) return undefined;
    this.#forget(item);
    place.debt = this.#costOf(item) - 1;
    // The client keeps a place until its next turn, even without items. A client that returns
    // immediately would otherwise count as new, and would get more turns than other clients.
    place.mayBePassed = true;
    this.#places.push(place);
    return item;
  }

  #forget(item: Item): void {
    this.#length--;
    this.#cost -= this.#costOf(item);
  }

  /** Removes an item of a client. Does nothing if the queue does not have the item. */
  remove(client: string, item: Item): void {
    const items = this.#placeOf(client)?.items ?? [];
    const index = items.indexOf(item);
    if (index < 0) return;
    items.splice(index, 1);
    this.#forget(item);
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
    if (item !== undefined) this.#forget(item);
    return item;
  }

  /** Removes and returns all items. */
  clear(): Item[] {
    const items = this.#places.flatMap((place) => place.items);
    this.#places = [];
    this.#length = 0;
    this.#cost = 0;
    return items;
  }

  #placeOf(client: string): Place<Item> | undefined {
    return this.#places.find((place) => place.client === client);
  }

  /** Adds a place for a new client, directly after the last place whose `mayBePassed` is false. */
  #addPlace(client: string): Place<Item> {
    const last = this.#places.findLastIndex(({ mayBePassed }) => !mayBePassed);
    const added: Place<Item> = { client, items: [], mayBePassed: false, debt: 0 };
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
