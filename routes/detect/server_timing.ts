import type { StageTimes } from "../../src/ports/detector.ts";

/** The value of the header `Server-Timing`: W3C Server Timing, section 3. */
export function serverTiming(timing: StageTimes): string {
  const stages = Object.entries(timing) as [keyof StageTimes, number][];
  return stages.map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`).join(", ");
}
