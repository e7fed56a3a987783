import { assertObjectMatch } from "@std/assert";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { missingShared, SHARED, testUnless } from "../testing.ts";
import { openGraph } from "../parity/detect_golden.ts";

/** Facts about the outputs of exports whose forms are told by their numbers. */
const EXPECTED: Readonly<Record<string, Record<string, unknown>>> = {
  "mmdeploy.onnx": { kind: "finished", scores: null, batched: true, space: "input" },
  "decoded_cxcywh.onnx": { kind: "joined", decoded: true, form: "cxcywh", space: "input" },
};

for (const [file, facts] of Object.entries(EXPECTED)) {
  const path = `cases/exports/${file}`;
  testUnless(missingShared(path), `probeGraph() recognises the outputs of ${file}`, async () => {
    const session = await openGraph(new URL(path, SHARED));
    const { outputs } = await probeGraph(session);
    await session.close();
    assertObjectMatch({ ...outputs }, facts);
  });
}
