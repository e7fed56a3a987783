import { GREEDY } from "./attacks.ts";
import type { SiegeReport } from "./besiege.ts";

/** Maximum resident memory of server and workers together, as docs/security.md promises. */
export const MAX_BYTES = 1_600_000_000;
/** Maximum milliseconds until the server works again after an attack. */
export const MAX_RECOVERY_MS = 5000;
/** Maximum milliseconds to `/healthz`, 99th percentile, on a machine that runs nothing else. */
export const MAX_HEALTH_MS = 50;

/**
 * Factor on {@linkcode MAX_HEALTH_MS} for a machine that also runs the attacker and other programs.
 * `SIEGE_BUSY_FACTOR=1` checks the promise itself.
 */
export const BUSY_FACTOR = Number(Deno.env.get("SIEGE_BUSY_FACTOR") ?? 10);

/**
 * Minimum share of the images of a polite client that are answered. The greedy client of its attack
 * has the same IP address, and so the same turns.
 */
export const MIN_ANSWERED = 0.5;

/**
 * Returns the promises that an attack has broken.
 *
 * @param calm Report without an attack, from the same machine. Unset: the machine is not busy.
 */
export function brokenPromises(report: SiegeReport, calm?: SiegeReport): string[] {
  const maxHealthMs = BUSY_FACTOR * Math.max(MAX_HEALTH_MS, 2 * (calm?.healthMs ?? 0));
  const { name, peakBytes, recoveryMs, healthMs, healthFailures, asked, answered } = report;
  const broken: string[] = [];
  if (peakBytes > MAX_BYTES) broken.push(`memory went up to ${(peakBytes / 1e6).toFixed(0)} MB`);
  if (!(recoveryMs <= MAX_RECOVERY_MS)) broken.push("the server did not recover in time");
  if (healthFailures > 0) broken.push(`/healthz failed ${healthFailures} times`);
  if (!(healthMs <= maxHealthMs)) broken.push(`/healthz took ${healthMs.toFixed(0)} ms`);
  const minAnswered = name === GREEDY ? Math.min(1, asked) : Math.ceil(MIN_ANSWERED * asked);
  if (answered < minAnswered) broken.push(`${answered} of ${asked} polite images were answered`);
  return broken.map((text) => `${report.name}: ${text}`);
}
