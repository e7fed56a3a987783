import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import large from "../models/everyday8-l.json" with { type: "json" };
import manifest from "../models/everyday8.json" with { type: "json" };

const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));

/** Label, AP and AP50 of the rows of a table of classes. */
function classRows(text: string): [label: string, ap: number, ap50: number][] {
  return [...text.matchAll(/^\| (\w+) +\| (\.\d{3}) \| (\.\d{3}) \|$/gm)]
    .map(([, label, ap, ap50]) => [label!, Number(ap), Number(ap50)]);
}

/** Writes a figure as the card does: .405. */
function short(value: number): string {
  return value.toFixed(3).slice(1);
}

for (const { id, graph, variants, labels, metrics, postprocess } of [manifest, large]) {
  const card = await read(`models/${id}.card.md`);

  for (const { file, bytes: size, sha256 } of [graph, ...variants]) {
    Deno.test(`the manifest of ${id} has the size and the hash of ${file}`, async () => {
      const bytes = await Deno.readFile(new URL(`../models/${file}`, import.meta.url));
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      assertEquals(size, bytes.length);
      assertEquals(sha256, new Uint8Array(digest).toHex());
    });
  }

  for (const { file, bytes, metrics: { AP, AP50 } } of variants) {
    Deno.test(`the card of ${id} states the size and the metrics of ${file}`, async () => {
      const name = file.replace(".onnx", "");
      const { ap, ap50 } = JSON.parse(await read(`docs/accuracy/${name}.json`));
      assertEquals([ap, ap50].map(short), [AP, AP50].map(short));
      assertStringIncludes(card, `${(bytes / 1e6).toFixed(1)} MB`);
      assertStringIncludes(card.replaceAll(/\s+/g, " "), `AP ${short(AP)}, AP50 ${short(AP50)}`);
      assert(AP >= metrics.AP - 0.01, "int8 costs more than .01 of AP");
    });
  }

  Deno.test(`the card of ${id} states the metrics, the size and the threshold of its manifest`, () => {
    const { AP, AP50, AP75 } = metrics;
    assertStringIncludes(card, `| ${short(AP)} | ${short(AP50)} | ${short(AP75)} |`);
    assertStringIncludes(card, `${(graph.bytes / 1e6).toFixed(1)} MB`);
    const threshold = String(postprocess.score).replace(/^0/, "");
    assertStringIncludes(card.replaceAll(/\s+/g, " "), `default threshold of ${threshold} `);
  });

  Deno.test(`the manifest of ${id} has the figures and the threshold of its measurement`, async () => {
    const { ap, ap50, ap75, threshold } = JSON.parse(await read(`docs/accuracy/${id}.json`));
    const { AP, AP50, AP75 } = metrics;
    assertEquals([ap, ap50, ap75].map(short), [AP, AP50, AP75].map(short));
    assertEquals(threshold, postprocess.score);
  });

  Deno.test(`the card of ${id} has a row for each label, whose mean is the AP`, () => {
    const rows = classRows(card);
    assertEquals(rows.map(([label]) => label), labels);
    const mean = (column: 1 | 2) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
    assertAlmostEquals(mean(1), metrics.AP, 0.001);
    assertAlmostEquals(mean(2), metrics.AP50, 0.001);
  });
}
