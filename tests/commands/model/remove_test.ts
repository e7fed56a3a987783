import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { FILE, OTHER } from "./download/file_server.ts";
import { modelsFixture } from "../models_fixture.ts";
import { runMain } from "../run_main.ts";
import { runTask } from "../run_task.ts";

interface Case {
  readonly claim: string;
  readonly id: string;
  /** Files in the folder, in addition to `own.onnx`. */
  readonly before: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
  readonly code: number;
  readonly says: string;
  readonly after: readonly string[];
}

const CASES: Case[] = [
  {
    claim: "deletes a graph that was downloaded",
    id: "far",
    before: { "far.onnx": FILE },
    code: 0,
    says: "far is gone: 0.1 MB freed",
    after: [],
  },
  {
    claim: "deletes the part of a graph",
    id: "far",
    before: { "far.onnx.part": FILE, "far.onnx.source.part": FILE },
    code: 0,
    says: "far is gone: 0.1 MB freed",
    after: [],
  },
  {
    claim: "does nothing if there is no graph",
    id: "far",
    before: {},
    code: 0,
    says: "far was not here",
    after: [],
  },
  {
    claim: "refuses to delete a graph that differs from the catalogue",
    id: "far",
    before: { "far.onnx": OTHER, "far.onnx.part": FILE },
    code: 1,
    says: "Cannot remove far.onnx as it is not the catalogue's: its SHA-256 is ",
    after: ["far.onnx", "far.onnx.part"],
  },
  {
    claim: "refuses to delete a model that is not in the catalogue",
    id: "own",
    before: {},
    code: 1,
    says:
      "Cannot remove own as nothing could fetch it again: it is not in the catalogue, which has far",
    after: [],
  },
];

for (const { claim, id, before, code, says, after } of CASES) {
  Deno.test(`model remove ${claim}`, async () => {
    await using models = await modelsFixture();
    for (const [name, bytes] of Object.entries(before)) {
      await Deno.writeFile(`${models.path}/${name}`, bytes);
    }
    const outcome = await runMain(main, "remove", id, "--models", models.path);
    assertEquals(outcome.code, code, outcome.stderr);
    assertStringIncludes(code === 0 ? outcome.stdout : outcome.stderr, says);
    assertEquals(await models.graphs(), [...after, "own.onnx"]);
  });
}

Deno.test("deno task model remove ends with code 1 for everyday8", async () => {
  const { code, stderr } = await runTask("model", "remove", "everyday8");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Cannot remove everyday8 as nothing could fetch it again");
});
