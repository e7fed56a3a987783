import { assertEquals } from "@std/assert";
import { type ResolvedOptions, resolveOptions } from "../../src/detect/resolve_options.ts";
import type { ErrorCode } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { assertDomainError } from "../testing.ts";
import {
  finished,
  postprocessed,
  smallFinished,
  smallManifest,
  varied,
} from "../manifest/small_manifest.ts";

/** Values of the options that no manifest decides. */
const FIXED = {
  classIds: null,
  tiling: null,
  classThresholds: new Map<number, number>(),
  nms: "hard",
  sigma: 0.5,
  explain: false,
  keep: false,
} as const;

const DEFAULTS = { ...FIXED, scoreThreshold: 0.5, iou: 0.5, max: 5, classAgnostic: false };

const RESOLVED: readonly (readonly [
  claim: string,
  DetectOptions,
  expected: Partial<ResolvedOptions>,
])[] = [
  ["returns the manifest's values for unset options", {}, {}],
  [
    "treats undefined as unset",
    { scoreThreshold: undefined, max: undefined, classes: undefined },
    {},
  ],
  ["returns the options of the call", { scoreThreshold: 0.3, iou: 0.7, max: 9 }, {
    scoreThreshold: 0.3,
    iou: 0.7,
    max: 9,
  }],
  ["accepts both ends of the ranges", { scoreThreshold: 0, iou: 1 }, { scoreThreshold: 0, iou: 1 }],
  ["accepts the other ends", { scoreThreshold: 1, iou: 0 }, { scoreThreshold: 1, iou: 0 }],
  ["converts labels to class ids", { classes: ["dog"] }, { classIds: new Set([2]) }],
  ["accepts labels in any order, also repeated", { classes: ["dog", "cat", "dog"] }, {
    classIds: new Set([0, 2]),
  }],
  ["accepts an empty list of classes", { classes: [] }, { classIds: new Set<number>() }],
  ["converts score thresholds of labels", { scoreThresholds: { dog: 0.25, cat: 1 } }, {
    classThresholds: new Map([[0, 1], [2, 0.25]]),
  }],
  ["returns the rule of NMS", { nms: "soft-gaussian", sigma: 0.3 }, {
    nms: "soft-gaussian",
    sigma: 0.3,
  }],
  ["accepts an IoU for soft-linear", { nms: "soft-linear", iou: 0.3 }, {
    nms: "soft-linear",
    iou: 0.3,
  }],
  ["returns flags", { classAgnostic: true, explain: true, keep: true }, {
    classAgnostic: true,
    explain: true,
    keep: true,
  }],
];

for (const [claim, options, expected] of RESOLVED) {
  Deno.test(`resolveOptions() ${claim}`, () => {
    assertEquals(resolveOptions(smallManifest, options), { ...DEFAULTS, ...expected });
  });
}

Deno.test("resolveOptions() converts a label to all ids that share it", () => {
  const manifest = varied({ labels: ["cat", "dog", "cat"] });
  const { classIds } = resolveOptions(manifest, { classes: ["cat"] });
  assertEquals(classIds, new Set([0, 2]));
});

const BELOW_0_OR_ABOVE_1 = [-Number.MIN_VALUE, 1 + 2 ** -52, NaN, Infinity, -Infinity];

for (const option of ["scoreThreshold", "iou"] as const) {
  for (const value of BELOW_0_OR_ABOVE_1) {
    Deno.test(`resolveOptions() refuses ${option} ${value}`, () => {
      assertDomainError(
        () => resolveOptions(smallManifest, { [option]: value }),
        "invalid-option",
        `"${option}" must lie in 0 to 1: current value is ${value}`,
      );
    });
  }
}

const UNKNOWN: readonly (readonly [name: string, guess: string])[] = [
  ["scoreTreshold", 'did you mean "scoreThreshold"? The'],
  ["scorethreshold", 'did you mean "scoreThreshold"? The'],
  ["score", 'did you mean "scoreThreshold"? The'],
  ["threshold", 'did you mean "scoreThreshold"? The'],
  ["class", 'did you mean "classes"? The'],
  ["maxDetections", 'did you mean "max"? The'],
  ["constructor", "the"],
  ["", "the"],
];

for (const [name, guess] of UNKNOWN) {
  Deno.test(`resolveOptions() refuses the unknown option "${name}" and lists the known ones`, () => {
    assertDomainError(
      () => resolveOptions(smallManifest, { [name]: 0.5 }),
      "invalid-option",
      `Cannot detect as option "${name}" is not known: ${guess} options are ` +
        "scoreThreshold, iou, max, classes",
    );
  });
}

const MISTYPED: readonly (readonly [option: string, value: unknown, words: string])[] = [
  ["scoreThreshold", "0.5", '"scoreThreshold" must be a number: current value is "0.5"'],
  ["scoreThreshold", null, "current value is null"],
  ["iou", [0.5], "current value is of type Array"],
  ["max", Symbol("five"), "current value is Symbol(five)"],
  ["max", 5n, '"max" must be a number: current value is 5'],
  ["classes", "cat", '"classes" must be an array of labels: current value is "cat"'],
  ["classes", ["cat", 2], '"classes" must be an array of labels'],
];

for (const [option, value, words] of MISTYPED) {
  Deno.test(`resolveOptions() refuses ${option} of ${Deno.inspect(value)}`, () => {
    assertDomainError(
      () => resolveOptions(smallManifest, { [option]: value }),
      "invalid-option",
      words,
    );
  });
}

for (const max of [0, -1, 1.5, 1001, NaN, Infinity]) {
  Deno.test(`resolveOptions() refuses max ${max}`, () => {
    assertDomainError(
      () => resolveOptions(smallManifest, { max }),
      "invalid-option",
      `"max" must be a whole number from 1 to 1000: current value is ${max}`,
    );
  });
}

for (const label of ["bird", "Cat", "", "null", "class 1"]) {
  Deno.test(`resolveOptions() refuses class "${label}" and lists the known ones`, () => {
    assertDomainError(
      () => resolveOptions(smallManifest, { classes: ["cat", label] }),
      "unknown-class",
      `"${label}"`,
      `model "small" knows only: cat, dog`,
    );
  });
}

Deno.test("resolveOptions() returns an IoU of 1 for a finished model, which keeps every box", () => {
  const manifest = finished({}, { score: 0.25, limit: 7 });
  assertEquals(resolveOptions(manifest, {}), {
    ...DEFAULTS,
    scoreThreshold: 0.25,
    iou: 1,
    max: 7,
  });
  assertEquals(
    resolveOptions(manifest, { scoreThreshold: 0.75, max: 2, classes: ["dog"] }),
    { ...DEFAULTS, scoreThreshold: 0.75, iou: 1, max: 2, classIds: new Set([2]) },
  );
});

for (const iou of [0, 0.5, 1, NaN]) {
  Deno.test(`resolveOptions() refuses iou ${iou} for a finished model and explains why`, () => {
    assertDomainError(
      () => resolveOptions(smallFinished, { iou }),
      "invalid-option",
      `"iou" ${iou}`,
      `model "small" suppresses inside its graph`,
    );
  });
}

Deno.test("resolveOptions() compares boxes of all classes if the manifest or the call says so", () => {
  const agnostic = postprocessed({ nms: { iou: 0.5, perClass: false } });
  assertEquals(resolveOptions(agnostic, {}).classAgnostic, true);
  assertEquals(resolveOptions(agnostic, { classAgnostic: false }).classAgnostic, false);
  assertEquals(resolveOptions(smallManifest, { classAgnostic: true }).classAgnostic, true);
});

Deno.test("resolveOptions() gives all ids of a label its score threshold", () => {
  const manifest = varied({ labels: ["cat", "dog", "cat"] });
  const { classThresholds } = resolveOptions(manifest, { scoreThresholds: { cat: 0.1 } });
  assertEquals(classThresholds, new Map([[0, 0.1], [2, 0.1]]));
});

const UNFIT: readonly (readonly [DetectOptions, ErrorCode, ...words: string[]])[] = [
  [{ scoreThresholds: { cat: 1.5 } }, "invalid-option", "scoreThresholds.cat", "1.5"],
  [{ scoreThresholds: { bird: 0.5 } }, "unknown-class", '"bird"', "cat, dog"],
  [JSON.parse('{"scoreThresholds":{"__proto__":0.5}}'), "unknown-class", '"__proto__"'],
  [{ nms: "soft" as "hard" }, "invalid-option", '"soft-gaussian"', '"soft"'],
  [{ nms: "soft-gaussian", sigma: 0 }, "invalid-option", '"sigma"', "0.01 to 10"],
  [{ nms: "soft-gaussian", sigma: NaN }, "invalid-option", '"sigma"', "NaN"],
  [{ sigma: 0.5 }, "invalid-option", '"sigma"', "soft-gaussian", "hard"],
  [{ nms: "soft-linear", sigma: 0.5 }, "invalid-option", '"sigma"', "soft-linear"],
  [{ nms: "soft-gaussian", iou: 0.5 }, "invalid-option", '"iou"', '"sigma"'],
];

for (const [options, code, ...words] of UNFIT) {
  Deno.test(`resolveOptions() refuses ${JSON.stringify(options)}`, () => {
    assertDomainError(() => resolveOptions(smallManifest, options), code, ...words);
  });
}

const INSIDE: readonly (readonly [DetectOptions, named: string])[] = [
  [{ nms: "hard" }, '"nms" hard'],
  [{ nms: "soft-gaussian", sigma: 0.5 }, '"nms" soft-gaussian'],
  [{ sigma: 0.5 }, '"sigma" 0.5'],
  [{ classAgnostic: false }, "class-agnostic NMS"],
  [{ explain: true }, '"explain"'],
  [{ keep: true }, '"keep"'],
];

for (const [options, named] of INSIDE) {
  Deno.test(`resolveOptions() refuses ${JSON.stringify(options)} for a finished model`, () => {
    assertDomainError(
      () => resolveOptions(smallFinished, options),
      "invalid-option",
      named,
      'model "small" suppresses inside its graph',
    );
  });
}

Deno.test("resolveOptions() accepts flags that are off for a finished model", () => {
  assertEquals(resolveOptions(smallFinished, { explain: false, keep: false }).keep, false);
});
