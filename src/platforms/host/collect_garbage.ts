/** Global functions that start a garbage collection. A runtime defines one of them or none. */
interface Collectors {
  readonly gc?: () => void;
  readonly Bun?: { gc(force: boolean): void };
}

/**
 * Returns a function that collects garbage at once, or undefined if the runtime has no such
 * function.
 *
 * Deno and Node have it only in worker processes, which start with the flag `--expose-gc`. Bun
 * always has it.
 */
export function garbageCollector(): (() => void) | undefined {
  const { gc, Bun } = globalThis as typeof globalThis & Collectors;
  if (gc !== undefined) return () => gc();
  return Bun === undefined ? undefined : () => Bun.gc(true);
}
