/** Globals of runtimes that collect garbage. */
interface Collectors {
  readonly gc?: () => void;
  readonly Bun?: { gc(force: boolean): void };
}

/**
 * Returns a function that collects garbage at once, or undefined if the runtime has none.
 *
 * Deno and Node have such a function only in worker processes, which start with the flag
 * `--expose-gc`. Bun always has one.
 */
export function garbageCollector(): (() => void) | undefined {
  const { gc, Bun } = globalThis as typeof globalThis & Collectors;
  if (gc !== undefined) return () => gc();
  return Bun === undefined ? undefined : () => Bun.gc(true);
}
