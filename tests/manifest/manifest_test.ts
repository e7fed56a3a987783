import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseManifest } from "../../src/manifest/manifest.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import { assertDomainError } from "../testing.ts";
import { smallManifest, varied } from "./small_manifest.ts";

type Path = readonly (string | number)[];
// deno-lint-ignore no-explicit-any -- JSON that is wrong on purpose
type Json = any;

/**
 * Returns a copy of the small manifest with one property edited.
 *
 * @param edit Changes the property `key` of `owner`.
 */
function edited(path: Path, edit: (owner: Json, key: string | number) => void): Json {
  const copy = structuredClone(smallManifest) as Json;
  edit(path.slice(0, -1).reduce((owner, key) => owner[key], copy), path.at(-1)!);
  return copy;
}

function withValue(path: Path, value: unknown): Json {
  return edited(path, (owner, key) => owner[key] = value);
}

/** Returns the paths of all properties below a value, owners before their members. */
function pathsBelow(value: Json, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return keys.flatMap((key) => [[...path, key], ...pathsBelow(value[key], [...path, key])]);
}

function at(path: Path): Json {
  return path.reduce((owner, key) => owner[key], smallManifest as Json);
}

function assertNames(json: Json, ...words: readonly string[]): void {
  assertDomainError(() => parseManifest(json), "manifest-invalid", ...words);
}

Deno.test("parseManifest() returns a valid manifest unchanged", () => {
  assertEquals(parseManifest(structuredClone(smallManifest)), smallManifest);
});

Deno.test("parseManifest() returns empty metrics and guesses if they are unset", () => {
  const { metrics: _, guesses: __, ...rest } = smallManifest;
  assertEquals(parseManifest(rest), varied({ metrics: {}, guesses: {} }));
});

Deno.test("parseManifest() names each property that has a wrong type", () => {
  const paths = pathsBelow(smallManifest);
  assert(paths.length > 60, `only ${paths.length} properties`);
  for (const path of paths) assertNames(withValue(path, Symbol("wrong")), `${path.join(".")}: `);
});

Deno.test("parseManifest() names each property that is missing", () => {
  for (const path of pathsBelow(smallManifest)) {
    const isOptional = path[0] === "metrics" || path[0] === "guesses";
    if (isOptional || typeof path.at(-1) === "number") continue;
    assertNames(edited(path, (owner, key) => delete owner[key]), `${path.join(".")}: `);
  }
});

Deno.test("parseManifest() refuses an unknown key at any depth", () => {
  const objects = [[], ...pathsBelow(smallManifest)].filter((path) => {
    const value = at(path);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  });
  // These two are records with any keys.
  const open = ["metrics", "guesses"];
  for (const path of objects.filter((path) => !open.includes(path.join(".")))) {
    const name = path.join(".") || "manifest";
    assertNames(withValue([...path, "surplus"], 1), `${name}: `, `"surplus"`);
  }
});

const WRONG_VALUES: readonly (readonly [path: string, values: readonly unknown[]])[] = [
  ["manifest", [0, 2, "1"]],
  ["id", ["", "Small", "../small", "a b", "-a", "a/b"]],
  ["title", [""]],
  ["licence", [""]],
  ["graph.file", ["small", "a/small.onnx", "..\\small.onnx", "small.onnx\n", ".onnx"]],
  ["graph.sha256", ["", "A".repeat(64), "a".repeat(63), "g".repeat(64)]],
  ["graph.bytes", [0, -1, 1.5, NaN]],
  ["labels", [[], "cat"]],
  ["labels.0", [""]],
  ["metrics.ap", [NaN, "0.5"]],
  ["guesses", [{ "": "why" }, { "input.colour": "" }, { "input.colour": 1 }]],
  ["input.name", [""]],
  ["input.layout", ["hwcn", "nhcw"]],
  ["input.type", ["int8", "float64"]],
  ["input.batch", [0, -1, 1.5, "1"]],
  ["input.colour", ["grey"]],
  ["input.divisor", [0, -255, Infinity]],
  ["input.mean", [[0, 0], [0, 0, 0, 0]]],
  ["input.mean.1", [NaN, Infinity]],
  ["input.std.2", [0, -1]],
  ["resize.kind", ["longest"]],
  ["resize.width", [0, 31.5, 1e6]],
  ["resize.rounding", ["ceil", true]],
  ["resize.factor", ["two", 1]],
  ["resample.kind", ["nearest"]],
  ["resample.antialias", ["yes"]],
  ["resample.factor", ["both"]],
  ["resample.rounding", ["each", "floor"]],
  ["pad.of", [0, -16, 1e6]],
  ["pad.value", [NaN, [0, 0], [0, 0, NaN], "0"]],
  ["outputs.kind", ["split"]],
  ["outputs.layout", ["hwcn"]],
  ["outputs.scores", [[], ""]],
  ["outputs.deltas.1", [""]],
  ["anchors.kind", ["grid"]],
  ["anchors.levels", [[]]],
  ["anchors.levels.1.stride", [0, 2.5]],
  ["anchors.levels.0.sizes", [[], [0], [-8]]],
  ["anchors.unit", ["cells"]],
  ["anchors.ratios", [[], [0]]],
  ["anchors.order", ["ratio"]],
  ["anchors.rounding", ["half-up"]],
  ["anchors.centre", [-0.1, 1.1]],
  ["anchors.strides", ["input-over-grid"]],
  ["anchors.extent", ["pixels"]],
  ["boxes.kind", ["polygon"]],
  ["boxes.order", ["yxyx"]],
  ["boxes.weights", [[1, 1, 1], [1, 1, 1, 0]]],
  ["boxes.extent", ["edge"]],
  ["boxes.clamp", [0, -1]],
  ["postprocess.activation", ["tanh"]],
  ["postprocess.background", [-1, 0.5]],
  ["postprocess.score", [-0.01, 1.01, NaN]],
  ["postprocess.scoreTest", ["equal"]],
  ["postprocess.candidates.perLevel", [0, 0.5, Infinity]],
  ["postprocess.candidates.total", [0, -1, 0.5]],
  ["postprocess.clip", ["before-nms", "source"]],
  ["postprocess.nms.iou", [-0.01, 1.01]],
  ["postprocess.empty", ["remove"]],
  ["postprocess.limit", [0, -1, 1e12]],
];

for (const [dotted, values] of WRONG_VALUES) {
  Deno.test(`parseManifest() refuses invalid values of ${dotted}`, () => {
    const path = dotted.split(".");
    for (const value of values) assertNames(withValue(path, value), dotted);
  });
}

for (const json of [undefined, null, 1, "{}", [], [smallManifest]]) {
  Deno.test(`parseManifest() refuses ${JSON.stringify(json)?.slice(0, 20)} instead of an object`, () => {
    assertNames(json, "manifest: ");
  });
}

Deno.test("parseManifest() names all faults in one error", () => {
  const json = structuredClone(smallManifest) as Json;
  json.input.divisor = 0;
  json.anchors.levels[1].stride = "16";
  delete json.boxes;
  json.surplus = true;
  assertNames(json, "input.divisor: ", "anchors.levels.1.stride: ", "boxes: ", `"surplus"`);
});

Deno.test("parseManifest() says which characters an id may have", () => {
  const error = assertThrows(() => parseManifest(withValue(["id"], "Small")), DomainError);
  assert(error.message.includes("lower case letters, digits"), error.message);
});

Deno.test("parseManifest() shows the value that it found", () => {
  assertNames(withValue(["input", "colour"], "gbr"), "input.colour: ", ': it is "gbr"');
  assertNames(withValue(["postprocess", "score"], 1.5), "postprocess.score: ", ": it is 1.5");
});
