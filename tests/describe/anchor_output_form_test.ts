import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { draftManifest } from "../../src/describe/draft_manifest.ts";
import { FAMILIES } from "../../src/describe/families.ts";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";
import { goldenFolders } from "../parity/golden_folders.ts";
import { writeGraph } from "./edit_graph.ts";

// The anchors of an SSD, which its graph returns as x1, y1, x2, y2, in the other forms.

const { folder, manifest, goldens } = (await goldenFolders()).find(({ name }) => name === "ssd")!;
const GRAPH = await Deno.readFile(new URL(manifest.graph.file, folder));

type Box = readonly [number, number, number, number];

const FORMS = {
  xyxy: (box: Box) => box,
  yxyx: ([x1, y1, x2, y2]: Box) => [y1, x1, y2, x2],
  cxcywh: ([x1, y1, x2, y2]: Box) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1],
  xywh: ([x1, y1, x2, y2]: Box) => [x1, y1, x2 - x1, y2 - y1],
} as const;

for (const [form, write] of Object.entries(FORMS)) {
  Deno.test(`draftManifest() reads anchors of the form ${form}, with the framework's boxes`, async () => {
    const graph = await writeGraph(GRAPH, ({ initializer }) => {
      const anchors = initializer.find(({ name }) => name === "anchors.1")!;
      const rows = new Float32Array(anchors.rawData!.slice().buffer);
      for (let at = 0; at < rows.length; at += 4) {
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray(at, at + 4);
        rows.set(write([x1, y1, x2, y2]), at);
      }
      anchors.rawData = new Uint8Array(rows.buffer);
    });
    const session = await openGraph(graph);
    const facts = await probeGraph(session);
    await session.close();
    const ssd = FAMILIES.find(({ family }) => family === "ssd")!;
    const { id, labels } = manifest;
    const draft = draftManifest(facts, ssd, { id, graph: manifest.graph, labels }, {});
    const anchors = "anchors" in draft && draft.anchors.kind === "output" && draft.anchors;
    assertEquals(anchors && anchors.corners, form);
    const bytes = await Deno.readFile(graph);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const entry = { ...manifest.graph, sha256, bytes: bytes.length };
    const own = { ...manifest, graph: entry, anchors };
    for (const golden of goldens) assertEquals(await differencesFrom(golden, own, graph), []);
    await Deno.remove(graph);
  });
}
