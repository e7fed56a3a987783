import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type HeadsManifest, parseManifest } from "../../src/manifest/manifest.ts";
import { createResizePlan, type ResizePlan } from "../../src/core/resize_plan.ts";
import { postprocess } from "../../src/detect/postprocess.ts";
import { resolveOptions } from "../../src/detect/resolve_options.ts";
import { type Random, seededRandom, wholeBetween } from "../random.ts";
import { makeOutputs } from "./make_outputs.ts";
import { type Found, type HeadFills, naiveDetect } from "./naive_detect.ts";
import { randomFills, randomManifest } from "./random_variation.ts";

interface Case {
  readonly manifest: HeadsManifest;
  readonly plan: ResizePlan;
  readonly fills: HeadFills;
  readonly expected: readonly Found[];
}

const ROUNDS = 400;
const CASES = randomCases(seededRandom(12));

function randomCases(random: Random): Case[] {
  return Array.from({ length: ROUNDS }, () => {
    const manifest = randomManifest(random);
    const longest = manifest.resize.kind === "none" ? 50 : 300;
    const side = () => wholeBetween(random, 12, longest);
    const plan = createResizePlan({ width: side(), height: side() }, manifest.resize, manifest.pad);
    const fills = randomFills(random, manifest);
    return { manifest, plan, fills, expected: naiveDetect(fills, plan, manifest) };
  });
}

function detect({ plan: { source }, fills }: Case, manifest: HeadsManifest): Found[] {
  const { scores, deltas, anchors } = fills;
  const plan = createResizePlan(source, manifest.resize, manifest.pad);
  const tensors = makeOutputs(manifest, plan.input, scores, deltas, anchors);
  return postprocess(manifest, tensors, plan, resolveOptions(manifest, {}))
    .map(({ box: { xmin, ymin, xmax, ymax }, ...rest }) => ({
      ...rest,
      box: [xmin, ymin, xmax, ymax],
    }));
}

function isEqual(found: readonly Found[], expected: readonly Found[]): boolean {
  return found.length === expected.length &&
    found.every(({ classId, score, box }, i) => {
      const other = expected[i]!;
      return classId === other.classId && Math.abs(score - other.score) < 1e-6 &&
        box.every((edge, side) => Math.abs(edge - other.box[side]!) < 1e-6);
    });
}

Deno.test("parseManifest() accepts every random manifest", () => {
  for (const { manifest } of CASES) assertEquals(parseManifest(manifest), manifest);
});

Deno.test("postprocess() equals the naive pipeline on random manifests", () => {
  let count = 0;
  CASES.forEach((one, round) => {
    const { expected, manifest } = one;
    const found = detect(one, manifest);
    const message = `round ${round}: ${JSON.stringify(manifest)}`;
    assertEquals(found.length, expected.length, message);
    found.forEach(({ box, label, classId, score }, i) => {
      const other = expected[i]!;
      assertEquals(classId, other.classId, message);
      assertEquals(label, other.label ?? `class ${classId}`);
      // The scores of a softmax are float32.
      assertAlmostEquals(score, other.score, 1e-6, message);
      box.forEach((edge, side) => assertAlmostEquals(edge, other.box[side]!, 1e-9, message));
    });
    count += found.length;
  });
  assert(count > 5 * ROUNDS, `only ${count} detections, so little was tested`);
});

type Change = (manifest: HeadsManifest) => HeadsManifest;

/** Returns a change of the properties below one key of a manifest. */
function changed<Key extends "resize" | "anchors" | "boxes" | "postprocess">(
  key: Key,
  change: (value: HeadsManifest[Key]) => object,
): Change {
  return (manifest) => ({ ...manifest, [key]: { ...manifest[key], ...change(manifest[key]) } });
}

function other<Value>(value: Value, first: Value, second: Value): Value {
  return value === first ? second : first;
}

/** One change per property. A manifest without the property is left as it is. */
const CHANGES: Readonly<Record<string, Change>> = {
  "resize.factor": changed("resize", (resize) => {
    return "factor" in resize ? { factor: other(resize.factor, "one", "per-side") } : {};
  }),
  "anchors.unit": changed("anchors", (anchors) => {
    return anchors.kind === "sizes" && anchors.unit === "strides" ? { unit: "pixels" } : {};
  }),
  "anchors.order": changed("anchors", (anchors) => {
    return anchors.kind === "sizes"
      ? { order: other(anchors.order, "ratio-size", "size-ratio") }
      : {};
  }),
  "anchors.rounding": changed("anchors", (anchors) => {
    return anchors.kind === "sizes"
      ? { rounding: other(anchors.rounding, "none", "half-even") }
      : {};
  }),
  "anchors.centre": changed("anchors", (anchors) => {
    return "levels" in anchors ? { centre: other(anchors.centre, 0, 0.5) } : {};
  }),
  "anchors.strides: nominal instead of a quotient": changed("anchors", (anchors) => {
    return "levels" in anchors && anchors.strides !== "nominal" ? { strides: "nominal" } : {};
  }),
  "anchors.strides: a quotient per axis instead of one": changed("anchors", (anchors) => {
    return "levels" in anchors && anchors.strides === "input-width-over-grid"
      ? { strides: "floor-input-over-grid" }
      : {};
  }),
  "anchors.extent": changed("anchors", (anchors) => {
    return "levels" in anchors ? { extent: other(anchors.extent, "edges", "last-pixel") } : {};
  }),
  "anchors.corners": changed("anchors", (anchors) => {
    return anchors.kind === "output" ? { corners: other(anchors.corners, "xyxy", "yxyx") } : {};
  }),
  "anchors.space": changed("anchors", (anchors) => {
    return anchors.kind === "output" ? { space: other(anchors.space, "unit", "input") } : {};
  }),
  "boxes.order": changed("boxes", (boxes) => {
    return "order" in boxes ? { order: other(boxes.order, "xy", "yx") } : {};
  }),
  "boxes.weights": changed("boxes", (boxes) => {
    return "weights" in boxes ? { weights: boxes.weights.toReversed() } : {};
  }),
  "boxes.extent": changed("boxes", ({ extent }) => {
    return { extent: other(extent, "edges", "last-pixel") };
  }),
  "boxes.clamp": changed("boxes", (boxes) => {
    return boxes.kind === "centre-size" && boxes.clamp === 0.2 ? { clamp: null } : {};
  }),
  "boxes.corners": changed("boxes", (boxes) => {
    return boxes.kind === "decoded" ? { corners: other(boxes.corners, "xyxy", "yxyx") } : {};
  }),
  "boxes.space": changed("boxes", (boxes) => {
    return boxes.kind === "decoded" ? { space: other(boxes.space, "unit", "input") } : {};
  }),
  "postprocess.background": changed("postprocess", ({ background }) => {
    return { background: background === null ? 0 : null };
  }),
  "postprocess.candidates.perLevel": changed("postprocess", ({ candidates }) => {
    return { candidates: { ...candidates, perLevel: candidates.perLevel === null ? 2 : null } };
  }),
  "postprocess.candidates.total": changed("postprocess", ({ candidates }) => {
    return { candidates: { ...candidates, total: candidates.total === null ? 2 : null } };
  }),
  "postprocess.nms.iou": changed("postprocess", ({ nms }) => ({ nms: { ...nms, iou: 0.9 } })),
  "postprocess.nms.perClass": changed("postprocess", ({ nms }) => {
    return { nms: { ...nms, perClass: !nms.perClass } };
  }),
  "postprocess.empty": changed("postprocess", ({ empty }) => {
    return { empty: other(empty, "keep", "drop") };
  }),
  "postprocess.score": changed("postprocess", ({ score }) => ({ score: score - 0.2 })),
  "postprocess.scoreTest": changed("postprocess", ({ scoreTest }) => {
    return { scoreTest: other(scoreTest, "greater", "at-least") };
  }),
  "postprocess.limit": changed("postprocess", () => ({ limit: 1 })),
};

for (const [claim, change] of Object.entries(CHANGES)) {
  Deno.test(`postprocess() returns other detections with another ${claim}`, () => {
    const differs = CASES.some((one) => !isEqual(detect(one, change(one.manifest)), one.expected));
    assert(differs, "no case notices");
  });
}

for (const activation of ["sigmoid", "softmax", "none"] as const) {
  Deno.test(`postprocess() returns other detections with activation ${activation} instead of another`, () => {
    const differs = CASES.filter((one) => one.manifest.postprocess.activation !== activation)
      .some((one) => {
        const postprocess = { ...one.manifest.postprocess, activation };
        return !isEqual(detect(one, { ...one.manifest, postprocess }), one.expected);
      });
    assert(differs, "no case notices");
  });
}

for (const clip of ["none", "picture", "input-pixels", "grid-pixels"] as const) {
  Deno.test(`postprocess() returns other detections with clip ${clip} instead of another`, () => {
    const differs = CASES
      .filter(({ manifest }) => "levels" in manifest.anchors && manifest.postprocess.clip !== clip)
      .some((one) => {
        const postprocess = { ...one.manifest.postprocess, clip };
        return !isEqual(detect(one, { ...one.manifest, postprocess }), one.expected);
      });
    assert(differs, "no case notices");
  });
}
