import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Detection } from "../../../src/ports/detector.ts";

/** Holds detections against those of another engine: edges within 0.5 px, scores within 1e-3. */
export function assertClose(found: readonly Detection[], wanted: readonly Detection[]): void {
  assertEquals(found.map(({ label }) => label), wanted.map(({ label }) => label));
  found.forEach(({ score, box }, i) => {
    assertAlmostEquals(score, wanted[i].score, 1e-3);
    for (const edge of ["xmin", "ymin", "xmax", "ymax"] as const) {
      assertAlmostEquals(box[edge], wanted[i].box[edge], 0.5);
    }
  });
}
