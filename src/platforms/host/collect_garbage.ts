/**
 * Global functions that run the garbage collector. Each runtime defines at most one of these
 * functions.
 */
interface Collectors {
  readonly gc?: () => void;
  readonly Bun?: { gc(force: boolean): void };
}

/**
 * Returns a function that runs the garbage collector, or undefined if the runtime has no such
 * function.
 *
 * On Deno and Node, the function only exists in worker processes, which start with the flag
 * `--expose-gc`. On Bun, the function always exists.
 */
export function garbageCollector(): (() => void) | undefined {
  const { gc, Bun } = globalThis as typeof globalThis & Collectors;
  if (gc !== undefined) return () => gc();
  return Bun === undefined ? undefined : () => Bun.gc(true);
}
