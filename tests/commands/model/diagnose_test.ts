import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readGolden } from "../../../src/commands/eval_files/golden_file.ts";
import { compareGolden } from "../../../src/commands/model/compare_golden.ts";
import { diagnose } from "../../../src/commands/model/diagnose.ts";
import { rememberRun } from "../../../src/commands/model/remember_run.ts";
import { loadModel } from "../../../src/detect/load_model.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";
import {
  type HeadsManifest,
  isFinished,
  type Manifest,
  parseManifest,
} from "../../../src/manifest/manifest.ts";

const FOLDER = new URL("../../parity/goldens/own-anchors/", import.meta.url);
const TOLERANCE = { score: 1e-4, box: 0.05 };

const runtime = await hostRuntime({ threads: 1 });
const whole = await readGolden(fileURLToPath(new URL("120x200.json", FOLDER)));

/** Best detections of the framework. Few are enough to tell most properties, and faster. */
const golden = {
  ...whole,
  score: 0.6,
  detections: whole.detections.filter(({ score }) => score > 0.6),
};

/** Loads the model, with a change of its manifest. */
async function load(change: (manifest: HeadsManifest) => Partial<HeadsManifest>) {
  const path = fileURLToPath(new URL("manifest.json", FOLDER));
  const loaded = await loadModel(runtime, path, "wasm");
  const { manifest } = loaded;
  if (isFinished(manifest) || manifest.anchors.kind !== "sizes") throw new Error("other anchors");
  return { ...loaded, manifest: { ...manifest, ...change(manifest) } };
}

/** Multiplies the sizes of the anchors. */
function sized({ anchors }: HeadsManifest, factor: number): Partial<HeadsManifest> {
  if (anchors.kind !== "sizes") throw new Error("other anchors");
  const levels = anchors.levels.map(({ stride, sizes }) => {
    return { stride, sizes: sizes.map((size) => size * factor) };
  });
  return { anchors: { ...anchors, levels } };
}

function anchorsWith({ anchors }: HeadsManifest, change: object): Partial<HeadsManifest> {
  return { anchors: { ...anchors, ...change } as HeadsManifest["anchors"] };
}

/** Wrong properties, and the beginning of the line that names the likeliest. */
const BROKEN: readonly [
  claim: string,
  change: (manifest: HeadsManifest) => Partial<HeadsManifest>,
  named: RegExp,
][] = [
  [
    "another size",
    ({ resize }) => ({ resize: { ...resize, shortest: 256, longest: 427 } as typeof resize }),
    /^ {2}resize = .*"shortest":192,"longest":320.* leaves 0 of/,
  ],
  [
    "another scale",
    ({ input }) => ({ input: { ...input, divisor: 1 } as typeof input }),
    /^ {2}input = .*"divisor":255.* leaves 0 of/,
  ],
  [
    "other colours",
    ({ input }) => ({ input: { ...input, colour: "bgr" } }),
    /^ {2}input\.colour = "rgb" leaves 0 of/,
  ],
  [
    "anchors of 1.1 times the size",
    (manifest) => sized(manifest, 1.1),
    /^ {2}anchors of 0\.909 times the size \(anchors\.levels\) leaves 0 of/,
  ],
  [
    "ratios turned round",
    (manifest) => anchorsWith(manifest, { ratios: [2.5, 1, 0.4] }),
    /^ {2}anchors\.ratios = \[0\.4,1,2\.5\] leaves 0 of/,
  ],
  [
    "y before x",
    ({ boxes }) => ({ boxes: { ...boxes, order: "yx" } as typeof boxes }),
    /^ {2}boxes\.order = "xy" leaves 0 of/,
  ],
  [
    "boxes off by one pixel",
    ({ boxes }) => ({ boxes: { ...boxes, extent: "last-pixel" } as typeof boxes }),
    /^ {2}boxes\.extent = "edges" leaves 0 of/,
  ],
];

for (const [claim, change, named] of BROKEN) {
  Deno.test(`compareGolden() names the wrong property of a manifest with ${claim}`, async () => {
    const loaded = await load(change);
    // Anchors are computed from boxes of every size.
    const boxes = claim.startsWith("anchors of") ? whole : golden;
    const { isEqual, reasons } = await compareGolden(runtime, loaded, boxes, TOLERANCE);
    await loaded.session.close();
    assertEquals(isEqual, false);
    assertEquals(reasons[0], "The likeliest wrong property:");
    assertMatch(reasons[1] ?? "", named);
    assert(reasons.length <= 4, "too many lines");
  });
}

Deno.test("compareGolden() names labels that are off by one", async () => {
  const loaded = await load(({ labels }) => ({ labels: [...labels] }));
  const detections = golden.detections.map((each) => ({ ...each, classId: each.classId + 1 }));
  const { reasons } = await compareGolden(runtime, loaded, { ...golden, detections }, TOLERANCE);
  await loaded.session.close();
  assertMatch(reasons[1] ?? "", /^ {2}labels moved by 1 leaves 0 of/);
});

Deno.test("diagnose() names no property that only returns fewer detections", async () => {
  const text = await Deno.readTextFile(new URL("manifest.json", FOLDER));
  const manifest = parseManifest(JSON.parse(text));
  const found = Array.from({ length: 300 }, (_, i) => {
    return { classId: 0, score: 0.9, box: [i, 900, i + 5, 950] as const };
  });
  const detect = ({ postprocess }: Manifest) => Promise.resolve(found.slice(0, postprocess.limit));
  const fit = () => Promise.reject(new Error("no anchors fit"));
  const compared = { tolerance: TOLERANCE, found, detect, fit };
  // None of the golden boxes is found, so 100 detections instead of 300 explain nothing.
  const [reason = ""] = await diagnose(manifest, { ...compared, golden: whole });
  assertMatch(reason, /several properties at once are wrong/);
  // The framework returns the best 100 of the same detections.
  const limited = { ...whole, detections: found.slice(0, 100) };
  const reasons = await diagnose(manifest, { ...compared, golden: limited });
  assertMatch(reasons[1] ?? "", /^ {2}postprocess\.limit = 100 leaves 0 of 200/);
});

Deno.test("diagnose() names the property that leaves no detections, if the framework has none", async () => {
  const text = await Deno.readTextFile(new URL("manifest.json", FOLDER));
  const manifest = parseManifest(JSON.parse(text));
  const found = [{ classId: 0, score: 0.9, box: [0, 0, 5, 5] as const }];
  const detect = ({ input }: Manifest) =>
    Promise.resolve(input.colour === manifest.input.colour ? found : []);
  const fit = () => Promise.reject(new Error("no anchors fit"));
  const empty = { ...whole, detections: [] };
  const compared = { golden: empty, tolerance: TOLERANCE, found, detect, fit };
  const reasons = await diagnose(manifest, compared);
  assertMatch(reasons[1] ?? "", /^ {2}input\.colour = "bgr" leaves 0 of 1/);
});

Deno.test("rememberRun() runs a graph again only for other inputs", async () => {
  let runs = 0;
  const session = rememberRun({
    engine: { provider: "wasm", threads: 1, reason: "test" },
    inputs: [],
    outputs: [],
    run: (feeds) => Promise.resolve({ out: { data: Float32Array.of(++runs), shape: [1], feeds } }),
    close: () => Promise.resolve(),
  });
  const feeds = (value: number) => {
    return { image: { type: "float32", data: Float32Array.of(value), shape: [1] } } as const;
  };
  const found = [];
  for (const value of [1, 1, 2, 1, 2]) found.push((await session.run(feeds(value))).out?.data[0]);
  assertEquals(found, [1, 1, 2, 1, 3]);
});
