import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type HeadsManifest, parseManifest } from "../../src/manifest/manifest.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import { assertDomainError } from "../testing.ts";
import {
  decoded,
  finished,
  joined,
  listed,
  postprocessed,
  smallFinished,
  smallManifest,
  varied,
} from "./small_manifest.ts";

/** Returns the fault of a manifest without the prefix of the message. */
function faultOf(json: unknown): string {
  const { message } = assertThrows(() => parseManifest(json), DomainError);
  return message.replace("Cannot use the manifest. ", "");
}

const SHORTEST = {
  kind: "shortest",
  shortest: 20,
  longest: 40,
  scale: "float64",
  rounding: "floor",
  factor: "per-side",
} as const;
const STRETCH = { kind: "stretch", width: 32, height: 16 } as const;

/** Fixed paddings, each with a resize whose largest result it must hold. */
const PADS: readonly (readonly [
  resize: HeadsManifest["resize"],
  width: number,
  height: number,
  fault: string | null,
])[] = [
  [smallManifest.resize, 32, 32, null],
  [smallManifest.resize, 99, 32, null],
  [smallManifest.resize, 31, 32, "pad: 31x32 must hold the resized image: up to 32x32"],
  [smallManifest.resize, 32, 31, "pad: 32x31 must hold the resized image: up to 32x32"],
  [STRETCH, 32, 16, null],
  [STRETCH, 32, 15, "pad: 32x15 must hold the resized image: up to 32x16"],
  [STRETCH, 16, 32, "pad: 16x32 must hold the resized image: up to 32x16"],
  [SHORTEST, 40, 40, null],
  // A portrait image may be as high as a landscape image is wide.
  [SHORTEST, 40, 20, "pad: 40x20 must hold the resized image: up to 40x40"],
  [
    { kind: "none" },
    4000,
    4000,
    `pad: 4000x4000 must hold the resized image: any size, as resize.kind is "none"`,
  ],
];

for (const [resize, width, height, fault] of PADS) {
  const claim = `${
    fault === null ? "accepts" : "refuses"
  } a pad of ${width}x${height} after ${resize.kind}`;
  Deno.test(`parseManifest() ${claim}`, () => {
    const pad = { kind: "fixed", width, height, value: 0 } as const;
    for (const manifest of [varied({ resize, pad }), { ...smallFinished, resize, pad }]) {
      if (fault === null) assertEquals(parseManifest(manifest), manifest);
      else assertEquals(faultOf(manifest), fault);
    }
  });
}

Deno.test("parseManifest() accepts a padding without a fixed size after any resize", () => {
  for (const kind of ["none", "multiple"] as const) {
    const pad = kind === "none" ? { kind, value: 0 } : { kind, of: 32, value: 0 };
    const manifest = { ...smallManifest, pad, resize: { kind: "none" } };
    assertEquals(parseManifest(manifest) as unknown, manifest);
  }
});

const SHAPES: HeadsManifest["anchors"] = {
  kind: "shapes",
  levels: [{ stride: 8, shapes: [[1, 2]] }, { stride: 16, shapes: [[1, 2], [3, 4]] }],
  centre: 0.5,
  strides: "nominal",
  extent: "edges",
};
const SIZES = smallManifest.anchors as HeadsManifest["anchors"] & { kind: "sizes" };
const UNEVEN = { ...SIZES, levels: [{ stride: 8, sizes: [8, 10, 12] }, SIZES.levels[1]!] };
const LEVELS = smallManifest.outputs as HeadsManifest["outputs"] & { kind: "levels" };

const FAULTS: readonly (readonly [claim: string, manifest: HeadsManifest, fault: string])[] = [
  [
    "fewer class heads than levels",
    varied({ outputs: { ...LEVELS, scores: ["a"] } }),
    "outputs.scores: must name one output per level of anchors.levels: 1 names, 2 levels",
  ],
  [
    "more box heads than levels",
    varied({ outputs: { ...LEVELS, deltas: ["a", "b", "c"] } }),
    "outputs.deltas: must name one output per level of anchors.levels: 3 names, 2 levels",
  ],
  [
    "unequal sizes per level",
    varied({ anchors: UNEVEN }),
    "anchors.levels: must all have equally many sizes: found 3, 1",
  ],
  [
    "unequal sizes per level of joined heads",
    varied({ anchors: UNEVEN, outputs: joined }),
    "anchors.levels: must all have equally many sizes: found 3, 1",
  ],
  [
    "unequal shapes per level",
    varied({ anchors: SHAPES }),
    "anchors.levels: must all have equally many shapes: found 1, 2",
  ],
  [
    "heads per level with anchors that the graph returns",
    { ...listed, outputs: LEVELS },
    `anchors.kind: must be "sizes" or "shapes" where outputs.kind is "levels": it is "output"`,
  ],
  [
    "heads per level without anchors",
    { ...decoded, outputs: LEVELS },
    `anchors.kind: must be "sizes" or "shapes" where outputs.kind is "levels": it is "none"`,
  ],
  [
    "deltas without anchors",
    { ...decoded, boxes: smallManifest.boxes },
    `anchors.kind: must be "none" exactly where boxes.kind is "decoded": ` +
    `they are "none" and "centre-size"`,
  ],
  [
    "decoded boxes with anchors",
    { ...decoded, anchors: smallManifest.anchors },
    `anchors.kind: must be "none" exactly where boxes.kind is "decoded": ` +
    `they are "sizes" and "decoded"`,
  ],
  [
    "decoded boxes with anchors that the graph returns",
    { ...listed, boxes: decoded.boxes },
    `anchors.kind: must be "none" exactly where boxes.kind is "decoded": ` +
    `they are "output" and "decoded"`,
  ],
  ...[listed, decoded].map((manifest) =>
    [
      `a clip to the grid with anchors ${manifest.anchors.kind}`,
      { ...manifest, postprocess: { ...manifest.postprocess, clip: "grid-pixels" as const } },
      `postprocess.clip: "grid-pixels" needs a grid: anchors.kind is "${manifest.anchors.kind}"`,
    ] as const
  ),
  [
    "a background that is not a class id",
    postprocessed({ background: 3 }),
    "postprocess.background: must be one of 3 class ids: it is 3",
  ],
];

for (const [claim, manifest, fault] of FAULTS) {
  Deno.test(`parseManifest() refuses ${claim}`, () => assertEquals(faultOf(manifest), fault));
}

Deno.test("parseManifest() names all contradictions in one error", () => {
  assertDomainError(
    () =>
      parseManifest({
        ...smallManifest,
        pad: { kind: "fixed", width: 1, height: 1, value: 0 },
        outputs: { ...LEVELS, scores: ["a"], deltas: ["b", "c", "d"] },
        anchors: UNEVEN,
        boxes: decoded.boxes,
        postprocess: { ...smallManifest.postprocess, background: 9 },
      }),
    "manifest-invalid",
    "pad: ",
    "outputs.scores: ",
    "outputs.deltas: ",
    "anchors.levels: ",
    "anchors.kind: ",
    "postprocess.background: ",
  );
});

/** Properties that a finished manifest must not have: its graph does their work. */
const SURPLUS: Readonly<Record<string, object>> = {
  anchors: { anchors: smallManifest.anchors },
  boxes: { boxes: smallManifest.boxes },
  ...Object.fromEntries(
    Object.entries(smallManifest.postprocess)
      .filter(([key]) => !(key in smallFinished.postprocess))
      .map(([key, value]) => [key, {
        postprocess: { ...smallFinished.postprocess, [key]: value },
      }]),
  ),
};

for (const [key, surplus] of Object.entries(SURPLUS)) {
  Deno.test(`parseManifest() refuses ${key} in a finished manifest`, () => {
    assertDomainError(
      () => parseManifest({ ...smallFinished, ...surplus }),
      "manifest-invalid",
      `"${key}"`,
    );
  });
}

Deno.test("parseManifest() names each missing or wrong property of finished outputs", () => {
  for (const key of ["boxes", "scores", "labels", "count", "batched", "corners", "space"]) {
    const outputs: Record<string, unknown> = { ...smallFinished.outputs };
    delete outputs[key];
    assertDomainError(
      () => parseManifest({ ...smallFinished, outputs }),
      "manifest-invalid",
      `outputs.${key}: `,
    );
    assertDomainError(
      () => parseManifest({ ...smallFinished, outputs: { ...outputs, [key]: Symbol("wrong") } }),
      "manifest-invalid",
      `outputs.${key}: `,
    );
  }
});

Deno.test("parseManifest() requires anchors, boxes and NMS unless the outputs are finished", () => {
  assertDomainError(
    () => parseManifest({ ...finished({}), outputs: smallManifest.outputs }),
    "manifest-invalid",
    "anchors: ",
    "boxes: ",
    "postprocess.activation: ",
    "postprocess.nms: ",
  );
});

const INT8 = {
  ...{ file: "int8.onnx", sha256: smallManifest.graph.sha256, bytes: 2 },
  ...{ precision: "int8", engines: ["native"], metrics: {} },
} as const;

for (
  const [claim, changes, fault] of [
    ["the file of the graph", { file: "small.onnx" }, 'each file must be named once: "small.onnx"'],
    ["no engine", { engines: [] }, "variants.1.engines: "],
    [
      "an engine of another variant",
      {},
      'variants.1.engines: each engine must be named once: "native"',
    ],
    ["an unknown engine", { engines: ["cuda"] }, "variants.1.engines.0: "],
    ["an unknown precision", { precision: "int4" }, "variants.1.precision: "],
  ] as const
) {
  Deno.test(`parseManifest() refuses a variant with ${claim}`, () => {
    const second = { ...INT8, file: "second.onnx", ...changes };
    assertStringIncludes(faultOf({ ...smallManifest, variants: [INT8, second] }), fault);
  });
}

Deno.test("parseManifest() accepts a variant for each engine", () => {
  const second = { ...INT8, file: "half.onnx", precision: "float16", engines: ["webgpu", "wasm"] };
  assertEquals(parseManifest({ ...smallManifest, variants: [INT8, second] }).variants?.length, 2);
});
