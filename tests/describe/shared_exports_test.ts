import { assertEquals, assertObjectMatch } from "@std/assert";
import { draftManifest } from "../../src/describe/draft_manifest.ts";
import { FAMILIES } from "../../src/describe/families.ts";
import { readGolden } from "../../src/commands/eval_files/golden_file.ts";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { sha256 } from "../../src/manifest/sha256.ts";
import { missingShared, SHARED, testUnless } from "../testing.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";

/** Facts about the outputs of exports whose forms are told by their numbers. */
const EXPECTED: Readonly<Record<string, Record<string, unknown>>> = {
  "mmdeploy.onnx": { kind: "finished", scores: null, batched: true, space: "input" },
  "k4u.onnx": { kind: "joined", scores: "357", deltas: "535", classes: 4, evidence: "values" },
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

const P2_P6 = "cases/exports/p2p6.onnx";

testUnless(
  missingShared(P2_P6),
  "draftManifest() reproduces torchvision's boxes of p2p6.onnx from its rows",
  async () => {
    const graph = new URL(P2_P6, SHARED);
    const golden = await readGolden(new URL("p2p6_a333x500.json", graph).pathname);
    const session = await openGraph(graph);
    const facts = await probeGraph(session);
    await session.close();
    const family = FAMILIES.find(({ family }) => family === "torchvision")!;
    const bytes = await Deno.readFile(graph);
    const pinned = { file: "p2p6.onnx", sha256: await sha256(bytes), bytes: bytes.length };
    const draft = draftManifest(facts, family, { id: "p2p6", graph: pinned, labels: null });
    // The model was made with min_size=320 and max_size=512.
    const resize = { ...draft.resize, shortest: 320, longest: 512 };
    assertEquals(await differencesFrom(golden, { ...draft, resize }, graph), []);
  },
);
