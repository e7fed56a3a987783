import { assertEquals } from "@std/assert";
import { FAMILIES } from "../../src/describe/families.ts";
import labelSets from "../../src/describe/label_sets.json" with { type: "json" };
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { proposeManifest } from "../../src/describe/draft_manifest.ts";
import { fittingFamilies } from "../../src/describe/match_families.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";
import { goldenFolders } from "../parity/golden_folders.ts";

/** The family of a golden folder where it is called otherwise; null for what no framework made. */
const FAMILY_OF: Readonly<Record<string, string | null>> = {
  "torchvision": "torchvision-0.14",
  "torchvision-v2": "torchvision",
  "half": null,
};

/** Families that no graph tells from another, with what they are taken for. */
const TAKEN_FOR: Readonly<Record<string, string>> = { "torchvision-0.14": "torchvision" };

for (const { family: name, folder, manifest, goldens } of await goldenFolders()) {
  const family = name in FAMILY_OF ? FAMILY_OF[name] : name;
  const graph = new URL(manifest.graph.file, folder);
  const { id, labels } = manifest;

  Deno.test(`fittingFamilies() tells first ${family ?? "no family"} from the graph of ${name}`, async () => {
    const facts = await factsOf(graph);
    const expected = family && (TAKEN_FOR[family] ?? family);
    assertEquals(fittingFamilies(facts, FAMILIES)[0]?.family ?? null, expected);
  });

  if (family === null) continue;
  Deno.test(`proposeManifest() gives the boxes of ${family} from its graph alone`, async () => {
    const facts = await factsOf(graph);
    const behaviour = FAMILIES.find((each) => each.family === family)!;
    const names = { id, graph: manifest.graph, labels };
    const proposed = proposeManifest(facts, behaviour, names, labelSets);
    for (const golden of goldens) {
      assertEquals(await differencesFrom(golden, proposed, graph), []);
    }
  });
}

async function factsOf(graph: URL) {
  const session = await openGraph(graph);
  try {
    return await probeGraph(session);
  } finally {
    await session.close();
  }
}
