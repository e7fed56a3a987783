import { assertEquals } from "@std/assert";
import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import { smallFinished, smallManifest, varied } from "../manifest/small_manifest.ts";

Deno.test("modelInfo() returns id, labels, hash and metrics of the manifest", () => {
  const { id, labels, sha256, metrics } = modelInfo(smallManifest);
  assertEquals([id, labels, sha256, metrics], [
    "small",
    ["cat", null, "dog"],
    smallManifest.graph.sha256,
    { ap: 0.25 },
  ]);
});

const INPUTS: readonly (readonly [
  Partial<HeadsManifest>,
  shape: readonly (number | null)[],
  resize: string,
])[] = [
  [{}, [1, 3, null, null], "to fit 32x32, aspect kept"],
  [
    { pad: { kind: "fixed", width: 48, height: 32, value: 0 } },
    [1, 3, 32, 48],
    "to fit 32x32, aspect kept",
  ],
  [
    {
      resize: { kind: "stretch", width: 20, height: 10 },
      pad: { kind: "none", value: 0 },
    },
    [1, 3, 10, 20],
    "stretched to 20x10",
  ],
  [
    {
      resize: {
        kind: "shortest",
        shortest: 800,
        longest: 1333,
        scale: "float64",
        rounding: "floor",
        factor: "per-side",
      },
    },
    [1, 3, null, null],
    "shorter side to 800, longer to at most 1333",
  ],
  [{ resize: { kind: "none" } }, [1, 3, null, null], "as it is"],
  [
    { input: { name: "image", type: "uint8", layout: "nhwc", batch: 4, colour: "bgr" } },
    [4, null, null, 3],
    "to fit 32x32, aspect kept",
  ],
  [
    { input: { ...smallManifest.input, batch: null } as HeadsManifest["input"] },
    [3, null, null],
    "to fit 32x32, aspect kept",
  ],
];

for (const [changes, shape, resize] of INPUTS) {
  Deno.test(`modelInfo() describes an input of ${JSON.stringify(shape)}, ${resize}`, () => {
    const { type } = varied(changes).input;
    assertEquals(modelInfo(varied(changes)).input, { type, shape, resize });
  });
}

Deno.test("modelInfo() describes a finished model like any other", () => {
  assertEquals(modelInfo(smallFinished), modelInfo(smallManifest));
});
