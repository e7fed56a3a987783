import { assertEquals } from "@std/assert";
import { FAMILIES } from "../../models/families.ts";
import labelSets from "../../models/label_sets.json" with { type: "json" };
import { probeGraph } from "../../src/detect/probe_graph.ts";
import { proposeManifest } from "../../src/detect/propose_manifest.ts";
import { recogniseFamily } from "../../src/detect/recognise_family.ts";
import { differencesFrom, openGraph } from "./detect_golden.ts";
import { goldenFolders } from "./golden_folders.ts";

/** Exports that no graph can tell from another family's, with what they are taken for. */
const TAKEN_FOR: Readonly<Record<string, string>> = {};

for (const { family, folder, manifest, goldens } of await goldenFolders()) {
  const graph = new URL(manifest.graph.file, folder);
  const { id, labels } = manifest;

  Deno.test(`recogniseFamily() tells ${family} from its graph alone`, async () => {
    const session = await openGraph(graph);
    const facts = await probeGraph(session);
    await session.close();
    assertEquals(recogniseFamily(facts, FAMILIES)?.family, TAKEN_FOR[family] ?? family);
  });

  Deno.test(`proposeManifest() gives the boxes of ${family} from its graph alone`, async () => {
    const session = await openGraph(graph);
    const facts = await probeGraph(session);
    await session.close();
    const behaviour = FAMILIES.find((each) => each.family === family)!;
    const names = { id, graph: manifest.graph, labels };
    const proposed = proposeManifest(facts, behaviour, names, labelSets);
    for (const golden of goldens) {
      assertEquals(await differencesFrom(golden, proposed, graph), []);
    }
  });
}
