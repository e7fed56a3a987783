import { assert, assertEquals } from "@std/assert";
import { basename } from "node:path";
import { differencesFrom } from "./detect_golden.ts";
import { goldenFolders, withProperty } from "./golden_folders.ts";

for (const { name, folder, manifest, goldens, twins } of await goldenFolders()) {
  const graph = new URL(manifest.graph.file, folder);

  Deno.test(`the goldens of ${name} have enough images, twins and detections`, () => {
    assert(goldens.length >= 3, `${goldens.length} images`);
    assert(twins.length >= 2, `${twins.length} twins`);
    for (const { image, detections } of goldens) {
      assert(detections.length >= 10, `${image} has ${detections.length} detections`);
    }
  });

  for (const golden of goldens) {
    const image = basename(golden.image);
    Deno.test(`createDetector() equals ${golden.framework} on ${name}/${image}`, async () => {
      assertEquals(await differencesFrom(golden, manifest, graph), []);
    });
  }

  for (const { claim, ...change } of twins) {
    Deno.test(`createDetector() differs from the goldens of ${name} with ${claim}`, async () => {
      const twin = withProperty(manifest, change);
      for (const golden of goldens) {
        const differences = await differencesFrom(golden, twin, graph);
        assert(differences.length > 0, `${basename(golden.image)} does not notice`);
      }
    });
  }
}
