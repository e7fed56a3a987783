import { assertEquals, assertRejects } from "@std/assert";
import { readGraph } from "../../../src/commands/model/read_graph.ts";
import { sha256 } from "../../../src/manifest/sha256.ts";
import { moveWeights } from "../../planner/external_weights.ts";
import { missingShared, SHARED, testUnless } from "../../testing.ts";

const WHOLE = await Deno.readFile(new URL("../../../models/everyday8.onnx", import.meta.url));

/** Writes files to a temporary folder, and reads `own.onnx` there. */
async function readOwn(files: Record<string, Uint8Array | string>) {
  const folder = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
  return await readGraph(`${folder}/own.onnx`)
    .finally(() => Deno.remove(folder, { recursive: true }));
}

Deno.test("readGraph() reads the files with the weights, and pins them", async () => {
  const { graph, data } = moveWeights(WHOLE, "own.bin");
  const found = await readOwn({ "own.onnx": graph, "own.bin": data });
  assertEquals(found.data, [{ file: "own.bin", bytes: data }]);
  assertEquals(found.entry.data, [
    { file: "own.bin", sha256: await sha256(data), bytes: data.length },
  ]);
  assertEquals((await readOwn({ "own.onnx": WHOLE })).entry, {
    file: "own.onnx",
    sha256: await sha256(WHOLE),
    bytes: WHOLE.length,
  });
});

const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";

/** Files that cannot be described, with the reason. */
const REFUSED: [claim: string, files: Record<string, Uint8Array | string>, fault: string][] = [
  [
    "a Git LFS pointer",
    { "own.onnx": LFS },
    "Cannot describe own.onnx as it is a Git LFS pointer and not the file itself: git lfs pull " +
    "fetches it",
  ],
  [
    "a Git LFS pointer instead of the weights",
    { "own.onnx": moveWeights(WHOLE, "own.bin").graph, "own.bin": LFS },
    "Cannot describe own.bin as it is a Git LFS pointer",
  ],
  [
    "weights that are missing",
    { "own.onnx": moveWeights(WHOLE, "own.bin").graph },
    "Cannot describe own.onnx as its weights are in own.bin, which is not beside it: put the file " +
    "there, or save the graph with its weights inside",
  ],
  [
    "weights that were cut",
    {
      "own.onnx": moveWeights(WHOLE, "own.bin").graph,
      "own.bin": moveWeights(WHOLE, "own.bin").data.subarray(0, 1000),
    },
    "Cannot describe own.onnx as own.bin has 1000 bytes: weight",
  ],
  [
    "weights in another folder",
    { "own.onnx": moveWeights(WHOLE, "../own.bin").graph },
    'Cannot describe own.onnx as its weights are in "../own.bin", and a manifest names files beside',
  ],
  ["a web page", { "own.onnx": "<!DOCTYPE html><p>404" }, "as it is a web page: download the file"],
  [
    "a .pth file",
    { "own.onnx": "PK\x03\x04archive" },
    "as it is a zip archive, as PyTorch and Keras",
  ],
  ["a text", { "own.onnx": "hello" }, "Cannot read the graph as it is no ONNX file"],
];

for (const [claim, files, fault] of REFUSED) {
  Deno.test(`readGraph() refuses ${claim}`, async () => {
    await assertRejects(() => readOwn(files), TypeError, fault);
  });
}

testUnless(
  missingShared("cases/exports"),
  "readGraph() names an operator of TensorRT",
  async () => {
    await assertRejects(
      () => readGraph(new URL("cases/exports/effnms.onnx", SHARED).pathname),
      TypeError,
      "Cannot describe effnms.onnx as operator EfficientNMS_TRT of domain TRT (version 1) is a " +
        "plugin of TensorRT, which no engine here has: export the graph without it",
    );
  },
);
