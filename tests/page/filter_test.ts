import { assertEquals, assertGreater } from "@std/assert";
import manifest from "../../models/everyday8.json" with { type: "json" };
import { countClasses, detectionsFor, lowestThreshold } from "../../page/filter.ts";
import { MAX_CANDIDATES, type PageManifest, pageModel } from "../../page/runner.ts";
import { createApp } from "../../routes/app.ts";
import type { Detection } from "../../src/ports/detector.ts";
import { everyday8Registry } from "../everyday8.ts";

const PHOTO = new URL("../../docs/photos/astronaut.jpg", import.meta.url);
const { rules } = pageModel(manifest as unknown as PageManifest);

Deno.test("detectionsFor() returns what the server returns, for every score and overlap", async () => {
  const registry = await everyday8Registry();
  const app = createApp({ registry, maxBytes: 200_000, log: console.error });
  const body = await Deno.readFile(PHOTO);
  const ask = async (query: string): Promise<Detection[]> => {
    const response = await app.request(`/detect?${query}`, { method: "POST", body });
    assertEquals(response.status, 200);
    return (await response.json()).detections;
  };
  const candidates = await ask(`score=0.05&iou=1&max=${MAX_CANDIDATES}`);
  const least = lowestThreshold(candidates, { score: 0.05, max: MAX_CANDIDATES });
  for (const [score, iou] of [[0.3, 0.5], [0.3, 0.2], [0.12, 0], [0.2, 1]] as const) {
    assertGreater(score, least, "there must be fewer candidates than a request returns");
    const expected = await ask(`score=${score}&iou=${iou}`);
    assertEquals(detectionsFor(candidates, rules, { score, iou }), expected, `${score} ${iou}`);
    assertGreater(expected.length, 0);
  }
  // A wrong twin: without NMS the page would show more.
  const shown = (iou: number) => detectionsFor(candidates, rules, { score: 0.3, iou }).length;
  assertGreater(shown(1), shown(0.5));
  await registry.close();
});

/** Detection with a box of 10x10 pixels. */
function found(classId: number, score: number, xmin = 0): Detection {
  const box = { xmin, ymin: 0, xmax: xmin + 10, ymax: 10 };
  return { label: `c${classId}`, classId, score, box };
}

const NMS = { iou: 0.5, perClass: true, extent: "edges" } as const;
const RULES = { score: 0.3, keepsEqual: false, limit: 100, nms: NMS };

Deno.test("detectionsFor() follows the rules of the model", () => {
  const candidates = [found(0, 0.9), found(1, 0.8, 1), found(0, 0.5, 1), found(0, 0.4, 50)];
  const rows = (rules: typeof RULES | typeof RULES & { nms: null }, score = 0.3) =>
    detectionsFor(candidates, rules, { score, iou: 0.5 }).map((each) => candidates.indexOf(each));
  // Boxes 0, 1 and 2 overlap by 9 / 11 = 0.82; box 1 is of another class.
  assertEquals(rows(RULES), [0, 1, 3]);
  assertEquals(rows({ ...RULES, nms: { ...NMS, perClass: false } } as never), [0, 3]);
  assertEquals(rows({ ...RULES, nms: null } as never), [0, 1, 2, 3]);
  assertEquals(rows({ ...RULES, limit: 2 }), [0, 1]);
  // A score that equals the threshold.
  assertEquals(rows(RULES, 0.4), [0, 1]);
  assertEquals(rows({ ...RULES, keepsEqual: true }, 0.4), [0, 1, 3]);
});

Deno.test("lowestThreshold() is the last score of a full answer", () => {
  const two = [found(0, 0.9), found(0, 0.6)];
  assertEquals(lowestThreshold(two, { score: 0.05, max: 3 }), 0.05);
  assertEquals(lowestThreshold(two, { score: 0.05, max: 2 }), 0.6);
  assertEquals(lowestThreshold([], { score: 0.05, max: 1000 }), 0.05);
});

Deno.test("countClasses() counts by class, in the order of the ids", () => {
  const counts = countClasses([found(3, 0.9), found(1, 0.8), found(3, 0.7)]);
  assertEquals(counts, [
    { classId: 1, label: "c1", count: 1 },
    { classId: 3, label: "c3", count: 2 },
  ]);
});
