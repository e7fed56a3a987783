/**
 * Runs tasks one after the other, in the order of the calls.
 *
 * A task that fails rejects its own promise and nothing else: the tail of the queue is always
 * settled well, so the next task starts as if nothing had happened.
 *
 * @example
 * ```ts
 * import { serialQueue } from "./serial_queue.ts";
 *
 * const enqueue = serialQueue();
 * const failed = enqueue(() => Promise.reject(new Error("mine alone")));
 * const next = enqueue(() => Promise.resolve("fine"));
 * await failed.catch(() => {});
 * if (await next !== "fine") throw new Error("a failure poisons nobody");
 * ```
 */
export function serialQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = tail.then(task);
    // Holds on to no result: outputs can be tens of megabytes.
    tail = result.then(() => {}, () => {});
    return result;
  };
}
