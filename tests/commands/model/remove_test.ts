import { assertEquals, assertStringIncludes } from "@std/assert";
import { FILE, OTHER } from "./download/file_server.ts";
import { modelsFixture } from "../models_fixture.ts";
import { runTask } from "../run_task.ts";

interface Case {
  readonly claim: string;
  readonly id: string;
  /** Files that are there, beside `own.onnx`. */
  readonly before: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  readonly code: number;
  readonly says: string;
  readonly after: readonly string[];
}

const CASES: Case[] = [
  {
    claim: "deletes a graph that was fetched",
    id: "far",
    before: { "far.onnx": FILE },
    code: 0,
    says: "far is gone: 0.1 MB freed",
    after: [],
  },
  {
    claim: "deletes part of a graph",
    id: "far",
    before: { "far.onnx.part": FILE, "far.onnx.source.part": FILE },
    code: 0,
    says: "far is gone: 0.1 MB freed",
    after: [],
  },
  {
    claim: "has nothing to do where nothing is",
    id: "far",
    before: {},
    code: 0,
    says: "far was not here",
    after: [],
  },
  {
    claim: "does not delete what the catalogue could not bring back",
    id: "far",
    before: { "far.onnx": OTHER, "far.onnx.part": FILE },
    code: 1,
    says: "Cannot remove far.onnx as it is not the catalogue's: its SHA-256 is ",
    after: ["far.onnx", "far.onnx.part"],
  },
  {
    claim: "does not delete a model that is not in the catalogue",
    id: "own",
    before: {},
    code: 1,
    says:
      "Cannot remove own as nothing could fetch it again: it is not in the catalogue, which has far",
    after: [],
  },
];

for (const { claim, id, before, code, says, after } of CASES) {
  Deno.test(`deno task model remove ${claim}`, async () => {
    await using models = await modelsFixture();
    for (const [name, bytes] of Object.entries(before)) {
      await Deno.writeFile(`${models.path}/${name}`, bytes);
    }
    const outcome = await runTask("model", "remove", id, "--models", models.path);
    assertEquals(outcome.code, code, outcome.stderr);
    assertStringIncludes(code === 0 ? outcome.stdout : outcome.stderr, says);
    assertEquals(await models.graphs(), [...after, "own.onnx"]);
  });
}

Deno.test("deno task model remove everyday8 is refused", async () => {
  const { code, stderr } = await runTask("model", "remove", "everyday8");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Cannot remove everyday8 as nothing could fetch it again");
});
