import { assertEquals } from "@std/assert";
import {
  type HeadsManifest,
  isFinished,
  type Manifest,
  parseManifest,
} from "../../src/manifest/manifest.ts";
import {
  decoded,
  finished,
  layouts,
  listed,
  postprocessed,
  smallFinished,
  smallManifest,
  varied,
} from "./small_manifest.ts";

const FLOAT_INPUT = smallManifest.input as HeadsManifest["input"] & { type: "float32" };
const BYTES = { name: "image", type: "uint8", layout: "nhwc", batch: 1, colour: "bgr" } as const;
const SHORTEST = {
  kind: "shortest",
  shortest: 800,
  longest: 1333,
  scale: "float64",
  rounding: "floor",
  factor: "one",
} as const;
const SIZES = smallManifest.anchors as HeadsManifest["anchors"] & { kind: "sizes" };
const SHAPES: HeadsManifest["anchors"] = {
  kind: "shapes",
  levels: [{ stride: 8, shapes: [[10, 20], [20, 10]] }, { stride: 16, shapes: [[1, 1], [2, 3]] }],
  centre: 1,
  strides: "input-width-over-grid",
  extent: "last-pixel",
};
const CENTRE_SIZE = smallManifest.boxes as HeadsManifest["boxes"] & { kind: "centre-size" };
const CORNERS = {
  kind: "corners",
  order: "yx",
  weights: [5, 5, 5, 5] as [number, number, number, number],
  extent: "edges",
} as const;

function resampled(changes: Partial<HeadsManifest["resample"]>): HeadsManifest {
  return varied({ resample: { ...smallManifest.resample, ...changes } });
}

function sized(changes: Partial<typeof SIZES>): HeadsManifest {
  return varied({ anchors: { ...SIZES, ...changes } });
}

/** Manifests in which every allowed value of every property occurs at least once. */
const VARIANTS: readonly Manifest[] = [
  ...layouts.map((outputs) => varied({ outputs })),
  ...(["float32", "float16"] as const).map((type) => varied({ input: { ...FLOAT_INPUT, type } })),
  varied({ input: BYTES }),
  varied({ input: { ...BYTES, layout: "nchw", colour: "rgb" } }),
  ...[1, 8, null].map((batch) => varied({ input: { ...FLOAT_INPUT, batch } })),
  ...(["rgb", "bgr"] as const).map((colour) => varied({ input: { ...FLOAT_INPUT, colour } })),
  varied({ resize: { kind: "stretch", width: 1, height: 1 } }),
  varied({ resize: { kind: "none" } }),
  varied({ resize: SHORTEST }),
  varied({ resize: { ...SHORTEST, scale: "float32-reciprocal" } }),
  ...(["floor", "half-up", "half-even"] as const).flatMap((rounding) =>
    (["per-side", "one"] as const).map((factor) =>
      varied({ resize: { kind: "fit", width: 32, height: 32, rounding, factor } })
    )
  ),
  resampled({ antialias: false }),
  resampled({ factor: "one" }),
  resampled({ rounding: "each-pass" }),
  varied({ pad: { kind: "none", value: -1 } }),
  varied({ pad: { kind: "none", value: [1, 2, -3.5] } }),
  varied({ pad: { kind: "fixed", width: 32, height: 32, value: 0.5 } }),
  sized({ unit: "strides" }),
  sized({ order: "size-ratio" }),
  sized({ rounding: "half-even" }),
  sized({ strides: "floor-input-over-grid" }),
  sized({ strides: "input-width-over-grid" }),
  sized({ extent: "last-pixel" }),
  sized({ centre: 0 }),
  varied({ anchors: SHAPES }),
  listed,
  ...(["xyxy", "yxyx"] as const).flatMap((corners) =>
    (["input", "unit"] as const).flatMap((space) => [
      { ...listed, anchors: { kind: "output", name: "anchors", corners, space } as const },
      { ...decoded, boxes: { kind: "decoded", corners, space, extent: "last-pixel" } as const },
      finished({ corners, space }),
    ])
  ),
  varied({ boxes: CORNERS }),
  varied({ boxes: { ...CORNERS, order: "xy", extent: "last-pixel" } }),
  varied({ boxes: { ...CENTRE_SIZE, clamp: null } }),
  varied({ boxes: { ...CENTRE_SIZE, order: "yx", extent: "last-pixel" } }),
  ...(["sigmoid", "softmax", "none"] as const).map((activation) => postprocessed({ activation })),
  ...[null, 0, 2].map((background) => postprocessed({ background })),
  ...(["greater", "at-least"] as const).map((scoreTest) => postprocessed({ scoreTest })),
  postprocessed({ candidates: { perLevel: null, total: null } }),
  postprocessed({ candidates: { perLevel: 1, total: 5000 } }),
  ...(["none", "picture", "input-pixels", "grid-pixels"] as const).map((clip) =>
    postprocessed({ clip })
  ),
  postprocessed({ nms: { iou: 1, perClass: false } }),
  postprocessed({ empty: "drop" }),
  finished({ batched: true, count: "num_dets" }),
  finished({}, { scoreTest: "at-least", score: 0 }),
  varied({ labels: ["only"] }),
  varied({ guesses: { "input.colour": "the card says nothing", "boxes": "by eye" } }),
];

VARIANTS.forEach((variant, i) => {
  const changes = Object.entries(variant).filter(([key, value]) =>
    JSON.stringify(value) !== JSON.stringify(smallManifest[key as keyof HeadsManifest])
  );
  const claim = JSON.stringify(Object.fromEntries(changes)).slice(0, 160);
  Deno.test(`parseManifest() accepts variant ${i}: ${claim}`, () => {
    assertEquals(parseManifest(structuredClone(variant)), variant);
  });
});

Deno.test("isFinished() is true for outputs of kind finished only", () => {
  assertEquals(isFinished(smallFinished), true);
  assertEquals([smallManifest, listed, decoded].some(isFinished), false);
});
