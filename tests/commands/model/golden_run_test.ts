import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readGolden } from "../../../src/commands/eval_files/golden_file.ts";
import { runGolden } from "../../../src/commands/model/golden_run.ts";
import { loadModel } from "../../../src/detect/load_model.ts";
import { isFinished } from "../../../src/manifest/manifest.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";

const FOLDER = new URL("../../parity/goldens/ssd/", import.meta.url);

Deno.test("runGolden() finds the scores of a softmax with a background class", async () => {
  const runtime = await hostRuntime({ threads: 1 });
  const golden = await readGolden(fileURLToPath(new URL("301x97.json", FOLDER)));
  const path = fileURLToPath(new URL("manifest.json", FOLDER));
  const { manifest, session } = await loadModel(runtime, path, "wasm");
  try {
    if (isFinished(manifest)) throw new Error("the model has no heads");
    const { found } = await runGolden(runtime, manifest, session, golden);
    assertEquals(found.length, golden.detections.length);
  } finally {
    await session.close();
  }
});
