import type { SiegeReport } from "./besiege.ts";

/** Maximum resident memory of server and workers together, as docs/security.md promises. */
export const MAX_BYTES = 1_600_000_000;
/** Maximum milliseconds until the server works again after an attack. */
export const MAX_RECOVERY_MS = 5000;
/** Maximum milliseconds to `/healthz`, 99th percentile, with the attacker on the same machine. */
export const MAX_HEALTH_MS = 500;

/** Multiple of the time without an attack that is allowed on a machine that is busy already. */
export const BUSY_FACTOR = 20;

/**
 * Returns the promises that an attack has broken.
 *
 * @param calm Report without an attack, from the same machine. Unset: the machine is not busy.
 */
export function brokenPromises(report: SiegeReport, calm?: SiegeReport): string[] {
  const maxHealthMs = Math.max(MAX_HEALTH_MS, BUSY_FACTOR * (calm?.healthMs ?? 0));
  const { peakBytes, recoveryMs, healthMs, healthFailures } = report;
  const broken: string[] = [];
  if (peakBytes > MAX_BYTES) broken.push(`memory went up to ${(peakBytes / 1e6).toFixed(0)} MB`);
  if (!(recoveryMs <= MAX_RECOVERY_MS)) broken.push("the server did not recover in time");
  if (healthFailures > 0) broken.push(`/healthz failed ${healthFailures} times`);
  if (!(healthMs <= maxHealthMs)) broken.push(`/healthz took ${healthMs.toFixed(0)} ms`);
  return broken.map((text) => `${report.name}: ${text}`);
}
