import { assert, assertEquals } from "@std/assert";
import { softNms, type SoftNmsOptions } from "../../src/core/soft_nms.ts";

const FOLDER = new URL("soft_nms/", import.meta.url);

/** Boxes, and the result of the authors' own code (`make/soft_nms.py`). */
interface Golden {
  readonly decay: SoftNmsOptions["decay"];
  readonly sigma: number;
  /** IoU threshold. */
  readonly Nt: number;
  /** Score threshold. A score that equals it is kept. */
  readonly threshold: number;
  readonly boxes: readonly (readonly number[])[];
  readonly scores: readonly number[];
  /** x1, y1, x2, y2 and the lowered score of each kept box, best first. */
  readonly kept: readonly (readonly number[])[];
}

/** Differences of the authors' float32 from float64. */
const TOLERANCE = 1e-5;

function isEqual(golden: Golden, changes: Partial<SoftNmsOptions> = {}): boolean {
  const { decay, sigma, Nt, threshold } = golden;
  const boxes = Float64Array.from(golden.boxes.flat());
  const groups = new Int32Array(golden.scores.length);
  const { kept, scores } = softNms(boxes, groups, Float64Array.from(golden.scores), {
    decay,
    sigma,
    iou: Nt,
    extent: "last-pixel",
    limit: Infinity,
    passes: (score) => score >= threshold,
    ...changes,
  });
  return kept.length === golden.kept.length && kept.every((row, i) => {
    const found = [...golden.boxes[row]!, scores[row]!];
    return found.every((value, at) => Math.abs(value - golden.kept[i]![at]!) <= TOLERANCE);
  });
}

/** Properties with a value that must make the goldens of a decay fail. */
const TWINS: Readonly<Record<Golden["decay"], Readonly<Record<string, Partial<SoftNmsOptions>>>>> =
  {
    linear: {
      "another decay": { decay: "gaussian" },
      "another IoU threshold": { iou: 0.7 },
      "edges": { extent: "edges" },
      "another score threshold": { passes: (score) => score >= 0.5 },
    },
    gaussian: {
      "another decay": { decay: "linear" },
      "another sigma": { sigma: 0.3 },
      "edges": { extent: "edges" },
      "another score threshold": { passes: (score) => score >= 0.5 },
    },
  };

for (const name of ["linear", "linear-high", "gaussian", "gaussian-narrow"]) {
  const golden: Golden = JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, FOLDER)));

  Deno.test(`softNms() equals the code of its authors: ${name}`, () => {
    assert(isEqual(golden));
    // Some boxes were dropped, and some kept boxes have a lowered score.
    assert(golden.kept.length < golden.boxes.length);
    assert(golden.kept.some((row) => !golden.scores.includes(row[4]!)));
  });

  for (const [twin, changes] of Object.entries(TWINS[golden.decay])) {
    Deno.test(`the golden ${name} of softNms() notices ${twin}`, () => {
      assertEquals(isEqual(golden, changes), false);
    });
  }
}
