import { assertEquals } from "@std/assert";
import { draftManifest } from "../../src/describe/draft_manifest.ts";
import { FAMILIES } from "../../src/describe/families.ts";
import type { GraphFacts } from "../../src/describe/graph_facts.ts";
import { matchFamilies } from "../../src/describe/match_families.ts";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";
import { goldenFolders } from "../parity/golden_folders.ts";

/** Families of golden folders with another name; null for a graph that no framework exported. */
const FAMILY_OF: Readonly<Record<string, string | null>> = {
  "torchvision": "torchvision-0.14",
  "torchvision-v2": "torchvision",
  "half": null,
  "decoded-centres": "keras-retinanet-decoded",
  "packed-scores": null,
  "extra-inputs": "mlperf",
  "tensorflow-finished": "tensorflow",
  "kerashub-crop": "kerashub",
};

/** Families whose graphs look like those of another family, which matches first. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  "torchvision-0.14": "torchvision",
  "mmdetection": "detectron2",
};

/** Folders of a model that resizes images otherwise than its family; the graph cannot tell it. */
const OWN_RESIZE = ["kerashub", "kerashub-crop", "mmdetection"];

/** Folders of a model with anchors of its own: own_anchors_test.ts drafts them. */
const OWN_ANCHORS = ["own-anchors", "transposed-heads", "packed-heads"];

for (const { name, folder, manifest, goldens } of await goldenFolders()) {
  if (OWN_ANCHORS.includes(name)) continue;
  const family = FAMILY_OF[name] === undefined ? name : FAMILY_OF[name];
  const graph = new URL(manifest.graph.file, folder);
  const { id, labels } = manifest;

  Deno.test(`matchFamilies() returns ${family ?? "no family"} first for the graph of ${name}`, async () => {
    const facts = await factsOf(graph);
    const expected = family && (LOOKS_LIKE[family] ?? family);
    assertEquals(matchFamilies(facts, FAMILIES)[0]?.family ?? null, expected);
  });

  if (family === null) continue;
  Deno.test(`draftManifest() reproduces the boxes of ${family} from its graph alone`, async () => {
    const facts = await factsOf(graph);
    const behaviour = FAMILIES.find((each) => each.family === family)!;
    const drafted = draftManifest(facts, behaviour, { id, graph: manifest.graph, labels });
    const { resize } = manifest;
    const draft = OWN_RESIZE.includes(name) ? { ...drafted, resize } : drafted;
    for (const golden of goldens) {
      assertEquals(await differencesFrom(golden, draft, graph), []);
    }
  });
}

/** Facts of the graphs that were probed, by URL. */
const known = new Map<string, Promise<GraphFacts>>();

/** Probes a graph, unless an earlier test has. */
function factsOf(graph: URL): Promise<GraphFacts> {
  const facts = known.get(graph.href) ?? probed(graph);
  known.set(graph.href, facts);
  return facts;
}

async function probed(graph: URL): Promise<GraphFacts> {
  const session = await openGraph(graph);
  try {
    return await probeGraph(session);
  } finally {
    await session.close();
  }
}

Deno.test("draftManifest() reproduces the boxes of packed-scores with a named family", async () => {
  const { folder, manifest, goldens } = (await goldenFolders()).find(({ name }) =>
    name === "packed-scores"
  )!;
  const graph = new URL(manifest.graph.file, folder);
  const behaviour = FAMILIES.find(({ family }) => family === "mlperf")!;
  const names = { id: "packed", graph: manifest.graph, labels: manifest.labels };
  const draft = draftManifest(await factsOf(graph), behaviour, names);
  for (const golden of goldens) assertEquals(await differencesFrom(golden, draft, graph), []);
});
