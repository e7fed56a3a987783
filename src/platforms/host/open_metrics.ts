import type { Config } from "../../server/config.ts";
import type { HostMetrics } from "./host_metrics.ts";
import { importLate } from "./own_module.ts";

/**
 * Creates the metrics of a server if the setting `METRICS` turns them on.
 *
 * Imports the metrics library only if the setting needs it, because the library takes 10 MB of
 * memory.
 */
export async function openMetrics(
  { METRICS }: Pick<Config, "METRICS">,
): Promise<HostMetrics | undefined> {
  if (METRICS !== "on" && METRICS !== "open") return undefined;
  const { HostMetrics } = await importLate<typeof import("./host_metrics.ts")>(
    "./host_metrics",
    import.meta,
  );
  return new HostMetrics();
}
