import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Detection } from "../../../src/ports/detector.ts";

/** Compares detections with those of another engine: edges within 0.5 px, scores within 1e-3. */
export function assertClose(found: readonly Detection[], wanted: readonly Detection[]): void {
  assertEquals(found.map(({ label }) => label), wanted.map(({ label }) => label));
  found.forEach(({ score, box }, i) => {
    const other = wanted[i]!;
    assertAlmostEquals(score, other.score, 1e-3);
    for (const edge of ["xmin", "ymin", "xmax", "ymax"] as const) {
      assertAlmostEquals(box[edge], other.box[edge], 0.5);
    }
  });
}
