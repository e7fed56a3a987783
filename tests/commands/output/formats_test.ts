import { assertEquals, assertThrows } from "@std/assert";
import { distribution } from "../../../src/commands/bench.ts";
import { cocoFormat } from "../../../src/commands/output/coco_format.ts";
import type { DetectedImage, OutputContext } from "../../../src/commands/output/detect_output.ts";
import { yoloText } from "../../../src/commands/output/folder_formats.ts";
import { readTargets, type TargetOptions } from "../../../src/commands/output/targets.ts";
import { TEXT_FORMATS } from "../../../src/commands/output/text_formats.ts";

const MODEL = {
  id: "two",
  labels: ["cat", null, 'big, "red" bus'],
  input: { type: "float32", shape: [], resize: "" },
  sha256: "",
  metrics: {},
};

/** Returns an image of 200 x 100 pixels with one box of a class. */
function imageOf(relativePath: string, index: number, classId = 2): DetectedImage {
  const box = { xmin: 20, ymin: 10, xmax: 60, ymax: 90 };
  const label = MODEL.labels[classId]!;
  return {
    source: { name: `in/${relativePath}`, relativePath, read: () => Promise.reject() },
    index,
    bytes: new Uint8Array(),
    result: {
      model: "two",
      image: { width: 200, height: 100 },
      detections: [{ label, classId, score: 0.5, box }],
      engine: { provider: "wasm", threads: 1, reason: "" },
      timing: { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 },
    },
  };
}

function contextOf(...names: string[]): OutputContext {
  const sources = names.map((name, index) => imageOf(name, index).source);
  return { detector: { model: MODEL }, sources, withScores: false };
}

const TARGETS: [options: Partial<TargetOptions>, expected: string[]][] = [
  [{}, ["print table"]],
  [{ json: true }, ["print json"]],
  [{ format: "csv" }, ["print csv"]],
  [{ out: ["boxes"] }, ["folder images boxes"]],
  [{ out: ["run.v2/"] }, ["folder images run.v2/"]],
  [{ out: ["a/r.HTML", "r.csv", "r.json", "r.jsonl", "r.ndjson"] }, [
    ...["file html a/r.HTML", "file csv r.csv", "file coco r.json", "file json r.jsonl"],
    "file json r.ndjson",
  ]],
  [{ format: "yolo", out: ["labels"] }, ["folder yolo labels"]],
  [{ format: "yolo" }, ["print yolo"]],
  [{ json: true, out: ["boxes"] }, ["print json", "folder images boxes"]],
];

for (const [options, expected] of TARGETS) {
  Deno.test(`readTargets(${JSON.stringify(options)}) is ${expected.join(", ")}`, () => {
    const targets = readTargets({ json: false, out: [], ...options });
    assertEquals(
      targets.map((each) =>
        [each.kind, each.format, "path" in each ? each.path : ""].join(" ").trim()
      ),
      expected,
    );
  });
}

Deno.test("readTargets() refuses an unknown extension, and two formats at once", () => {
  const out = ["boxes.png"];
  assertThrows(
    () => readTargets({ json: false, out }),
    TypeError,
    "end the path of a folder with /",
  );
  assertThrows(() => readTargets({ json: true, format: "csv", out: [] }), TypeError, "at once");
});

Deno.test("yoloText() gives the centre and the size as parts of the sides", () => {
  // x (20 + 60) / 2 / 200, y (10 + 90) / 2 / 100, width 40 / 200, height 80 / 100
  const line = "2 0.200000 0.500000 0.200000 0.800000";
  const image = imageOf("a.jpg", 0);
  assertEquals(yoloText(image, { withScores: false }), `${line}\n`);
  assertEquals(yoloText(image, { withScores: true }), `${line} 0.500000\n`);
});

Deno.test("csv quotes a label with commas and quotes (RFC 4180)", () => {
  const { head, add } = TEXT_FORMATS.csv();
  assertEquals(head, "file,width,height,label,class_id,score,xmin,ymin,xmax,ymax");
  const line = 'in/a.jpg,200,100,"big, ""red"" bus",2,0.5,20,10,60,90';
  assertEquals(add(imageOf("a.jpg", 0)), line);
});

/** Returns the results that a format writes for images. */
async function resultsOf(context: OutputContext, ...images: DetectedImage[]) {
  const { head, add, finish } = cocoFormat(context);
  const parts = [];
  for (const image of images) parts.push(await add(image) ?? "");
  return JSON.parse([head, ...parts, finish!([])].join("\n")) as Record<string, unknown>[];
}

Deno.test("coco takes numbers of files as ids, if all images have different ones", async () => {
  const names = ["000000397133.jpg", "sub/7.png"];
  const images = names.map((name, index) => imageOf(name, index));
  const results = await resultsOf(contextOf(...names), ...images);
  assertEquals(results.map(({ image_id }) => image_id), [397133, 7]);
  assertEquals(results[0], {
    image_id: 397133,
    category_id: 2,
    bbox: [20, 10, 40, 80],
    score: 0.5,
    file_name: "000000397133.jpg",
  });
});

for (const names of [["7.jpg", "cat.jpg"], ["7.jpg", "sub/07.jpg"]]) {
  Deno.test(`coco numbers the images ${names.join(", ")} from 1`, async () => {
    const results = await resultsOf(contextOf(...names), imageOf(names[1]!, 1));
    assertEquals(results.map(({ image_id }) => image_id), [2]);
  });
}

Deno.test("coco takes ids of images and categories from a data set", async () => {
  const dataset = {
    images: [{ id: 31, file_name: "cat.jpg", width: 200, height: 100 }],
    categories: [{ id: 17, name: "cat" }],
    annotations: [],
  };
  const context = { ...contextOf("sub/cat.jpg", "dog.jpg"), dataset };
  const [result, ...more] = await resultsOf(context, imageOf("sub/cat.jpg", 0, 0));
  assertEquals([result!.image_id, result!.category_id, more.length], [31, 17, 0]);
  const { add } = cocoFormat(context);
  assertThrows(() => add(imageOf("dog.jpg", 1)), Error, "the annotations lack it");
});

Deno.test("distribution() gives values that were measured, by the nearest rank", () => {
  const values = [10, 1, 9, 2, 8, 3, 7, 4, 6, 5];
  assertEquals(distribution(values), { p50: 5, p90: 9, max: 10 });
  assertEquals(distribution([3]), { p50: 3, p90: 3, max: 3 });
});
