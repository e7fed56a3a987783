/**
 * Creates a queue that runs tasks one at a time, in the order of the calls.
 *
 * If a task fails, only the promise of this task rejects. The next task starts as usual.
 *
 * @example
 * ```ts
 * import { serialQueue } from "./serial_queue.ts";
 *
 * const enqueue = serialQueue();
 * const failed = enqueue(() => Promise.reject(new Error("failed")));
 * const next = enqueue(() => Promise.resolve("done"));
 * await failed.catch(() => {});
 * if (await next !== "done") throw new Error("the next task must run");
 * ```
 */
export function serialQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = tail.then(task);
    // The queue must not keep the result in memory: outputs can be tens of megabytes.
    tail = result.then(() => {}, () => {});
    return result;
  };
}
