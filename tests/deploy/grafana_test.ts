import { assert, assertEquals } from "@std/assert";
import dashboard from "../../deploy/grafana-dashboard.json" with { type: "json" };
import { HostMetrics } from "../../src/platforms/host/host_metrics.ts";

const NAME = /\b(?:retinanet_edge|process|nodejs)_\w+/g;

Deno.test("deploy/grafana-dashboard.json names only metrics of the server", async () => {
  const known = await namesOfMetrics();
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const names = new Set([
    ...expressions.flatMap((expression) => expression.match(NAME) ?? []),
    ...JSON.stringify(dashboard.templating).match(NAME)!,
  ]);
  assert(names.size >= 12, `${names.size} names`);
  assertEquals([...names].filter((name) => !known.has(name)), []);
  assert(!known.has("retinanet_edge_request_total"));
});

Deno.test("deploy/grafana-dashboard.json has panels that do not overlap, with own ids", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w } }) =>
    Array.from({ length: w }, (_, i) => `${x + i} ${y}`)
  );
  assertEquals(new Set(cells).size, cells.length);
  assert(cells.every((cell) => parseInt(cell) < 24));
});

Deno.test("docs/clusters.md lists every metric of the server, and no others", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/clusters.md", import.meta.url));
  const rows = docs.matchAll(/^\| `((?:retinanet_edge|process)_\w+)`/gm);
  const { text } = await new HostMetrics().read(0);
  const served = text.matchAll(/^# TYPE (\S+)/gm);
  assertEquals(
    [...rows].map(([, name]) => name).sort(),
    [...served].map(([, name]) => name).sort(),
  );
});

/** Returns the names of all time series that the server can have. */
async function namesOfMetrics(): Promise<Set<string>> {
  const { text } = await new HostMetrics().read(0);
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].flatMap(([, name, type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name!]
    ),
  );
}
