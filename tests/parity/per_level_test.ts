import { assert, assertEquals } from "@std/assert";
import { readGolden } from "../../src/commands/eval_files/golden_file.ts";
import { differencesFrom } from "./detect_golden.ts";
import { goldenFolders } from "./golden_folders.ts";

const { folder, manifest } = (await goldenFolders()).find(({ name }) => name === "own-anchors")!;
const graph = new URL("model.onnx", folder);

/** Candidates per level in the goldens: `topk_candidates` of torchvision. */
const PER_LEVEL = 20;

/** Returns the manifest with other limits of candidates. */
function limitedTo(candidates: { perLevel: number | null; total: number | null }) {
  return { ...manifest, postprocess: { ...manifest.postprocess, candidates } };
}

for (const image of ["97x61", "120x200"]) {
  const golden = await readGolden(new URL(`per_level.${image}.json`, folder).pathname);

  Deno.test(`createDetector() cuts the candidates of each level as torchvision does on ${image}`, async () => {
    assert(golden.detections.length >= 20, `${golden.detections.length} detections`);
    const cut = limitedTo({ perLevel: PER_LEVEL, total: null });
    assertEquals(await differencesFrom(golden, cut, graph), []);
  });

  for (const perLevel of [PER_LEVEL - 2, PER_LEVEL + 4, null]) {
    Deno.test(`createDetector() differs from torchvision on ${image} with ${perLevel} per level`, async () => {
      const found = await differencesFrom(golden, limitedTo({ perLevel, total: null }), graph);
      assert(found.length > 0, "the golden does not notice");
    });
  }

  Deno.test(`createDetector() differs from torchvision on ${image} with a cut over all levels`, async () => {
    const total = limitedTo({ perLevel: null, total: 5 * PER_LEVEL });
    assert((await differencesFrom(golden, total, graph)).length > 0, "the golden does not notice");
  });
}
