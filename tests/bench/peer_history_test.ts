import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pathToFileURL } from "node:url";
import type { PeerRow } from "../../bench/peers/compare_peers.ts";
import { historyTable, newestComparison } from "../../bench/peers/peer_history.ts";

const ROW: PeerRow = {
  server: "ours",
  image: "drawn",
  coldStartMs: 1000,
  latencyMs: 40,
  imagesPerSecond: 30,
  processorMs: 60,
  residentBytes: 4e8,
  throughputRatio: 1,
  latencyRatio: 1,
};

Deno.test("newestComparison() reads the file with the latest date, if there is one", async () => {
  const folder = await Deno.makeTempDir();
  const url = pathToFileURL(`${folder}/`);
  assertEquals(await newestComparison(url), undefined);
  for (const [file, latencyMs] of [["2026-11-28", 80], ["2026-12-01", 50], ["2026-09-30", 20]]) {
    const text = JSON.stringify({ rows: [{ ...ROW, latencyMs }] });
    await Deno.writeTextFile(`${folder}/${file}.json`, text);
  }
  await Deno.writeTextFile(`${folder}/README.md`, "");
  const { file, rows } = (await newestComparison(url))!;
  assertEquals([file, rows[0]?.latencyMs], ["2026-12-01.json", 50]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("newestComparison() finds the figures of this project", async () => {
  const { rows } = (await newestComparison())!;
  assert(rows.some(({ server }) => server === "retinanet-edge, native"));
});

Deno.test("historyTable() divides each figure by that of the same server and image", () => {
  const earlier = {
    ...ROW,
    latencyMs: 50,
    imagesPerSecond: 20,
    processorMs: 30,
    coldStartMs: 2000,
  };
  const others = [{ ...earlier, image: "photo" }, { ...earlier, server: "theirs" }];
  const table = historyTable([ROW, { ...ROW, server: "new" }], {
    file: "2026-12-01.json",
    rows: [...others, earlier],
  });
  const [head, ...lines] = table.split("\n").filter((line) => /\w/.test(line));
  assertStringIncludes(head!, "2026-12-01.json");
  // 40 / 50, 30 / 20, 60 / 30, 4e8 / 4e8, 1000 / 2000.
  assertEquals(lines.map((line) => line.match(/[\w.]+/g)), [
    ["drawn", "ours", "0.80", "1.50", "2.00", "1.00", "0.50"],
  ]);
});
