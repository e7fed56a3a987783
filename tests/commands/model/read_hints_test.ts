import { assert, assertEquals } from "@std/assert";
import { readHints } from "../../../src/commands/model/read_hints.ts";
import { NO_HINTS } from "../../../src/describe/graph_hints.ts";

const GOLDENS = new URL("../../parity/goldens/", import.meta.url);

/** Reads hints from the graph of a golden folder. */
async function hintsOf(name: string) {
  return readHints(await Deno.readFile(new URL(`${name}/model.onnx`, GOLDENS)));
}

Deno.test("readHints() follows joined heads back to the weights of their last layers", async () => {
  const { outputs } = await hintsOf("own-anchors");
  const { activation, weights = [] } = outputs["cls_logits"] ?? {};
  assertEquals(activation, null);
  assert(weights.some((name) => name.endsWith("classification_head.cls_logits.weight")));
  assert(!weights.some((name) => name.includes("regression_head")));
});

Deno.test("readHints() finds the sigmoid of a class head, and none at the box head", async () => {
  const { outputs } = await hintsOf("odtk");
  assertEquals(outputs["score_1"]?.activation, "sigmoid");
  assertEquals(outputs["box_1"]?.activation, null);
});

Deno.test("readHints() lists constants that may hold anchors", async () => {
  const { boxes } = await hintsOf("ssd");
  assertEquals(boxes.map(({ data }) => data.length), [5120 * 4]);
});

Deno.test("readHints() has no hints about a file that is no graph", () => {
  assertEquals(readHints(new TextEncoder().encode("no graph")), NO_HINTS);
});
