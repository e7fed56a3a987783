import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { plotsOf, readResults, type Run, tablesOf } from "../bench/plots/focal_loss.ts";
import { markdownTable, withTables } from "../bench/plots/generated_tables.ts";
import { lineChart } from "../bench/plots/line_chart.ts";

const DOCS = new URL("../docs/", import.meta.url);
const page = await Deno.readTextFile(new URL("focal-loss.md", DOCS));
const results = await readResults();
const { runs, values, distribution } = results;

Deno.test("the plots of docs/focal-loss.md are those of its results", async () => {
  const plots = plotsOf(results);
  const committed: string[] = [];
  for await (const { name } of Deno.readDir(new URL("focal-loss", DOCS))) {
    if (name.endsWith(".svg")) committed.push(name);
  }
  assertEquals(committed.sort(), Object.keys(plots).sort());
  for (const [name, svg] of Object.entries(plots)) {
    assertEquals(await Deno.readTextFile(new URL(`focal-loss/${name}`, DOCS)), svg);
    assert(page.includes(`(focal-loss/${name})`), name);
  }
});

Deno.test("the tables of docs/focal-loss.md are those of its results", () => {
  assertEquals(withTables(page, tablesOf(results)), page);
  const worse = runs.map((run): Run => run.setting === "focal" ? { ...run, AP: 0 } : run);
  assert(withTables(page, tablesOf({ ...results, runs: worse })) !== page);
});

Deno.test("every setting of docs/focal-loss.md ran the same steps with the same seeds", () => {
  const settings = Object.groupBy(runs, ({ setting }) => setting);
  for (const [setting, found] of Object.entries(settings)) {
    assertEquals(new Set(found!.map(({ seed }) => seed)).size, found!.length, setting);
    assert(found!.length >= 2, `${setting} has one seed`);
    for (const run of found!) {
      assertEquals(run.steps, runs[0]!.steps, setting);
      assertEquals(
        run.losses.length,
        Math.ceil(((run.diverged ?? run.steps - 1) + 1) / 10),
        setting,
      );
    }
  }
});

// Equation 5 and appendix B. `values.json` comes from the loss that trains (`check_loss.py`).
Deno.test("the losses and the derivatives of loss.py are those of the paper", () => {
  assertEquals(values.curves.map(({ gamma }) => gamma), [0, 0.5, 1, 2, 5]);
  assertEquals(values.p_t.length, 199);
  for (const { gamma, loss, gradient } of values.curves) {
    for (const [n, p] of values.p_t.entries()) {
      const expected = -((1 - p) ** gamma) * Math.log(p);
      const slope = (1 - p) ** gamma * (gamma * p * Math.log(p) + p - 1);
      assertAlmostEquals(loss[n]!, expected, 1e-5 * expected);
      assertAlmostEquals(gradient[n]!, slope, -1e-5 * slope);
    }
  }
});

Deno.test("focusing moves the loss of the background to its hardest examples", () => {
  for (const { curves } of Object.values(distribution)) {
    assertEquals(curves.map(({ gamma }) => gamma), [0, 0.5, 1, 2]);
    for (const { cumulative } of curves) {
      assertEquals([cumulative[0], cumulative.at(-1)], [0, 1]);
      assertEquals(cumulative, cumulative.toSorted((a, b) => a - b));
    }
  }
  const shares = distribution.background.curves.map(({ hardest }) => hardest["0.01"]!);
  assertEquals(shares, shares.toSorted((a, b) => a - b));
  assert(shares[0]! < shares.at(-1)!);
});

Deno.test("withTables() fills each place, and refuses a place or a table without the other", () => {
  const page = "# A\n\n<!-- one -->\n\nold\n\n<!-- end -->\n\nB\n";
  const table = markdownTable([["a", "b"], ["1", "long"]]);
  assertEquals(table, "| a   | b    |\n| --- | ---- |\n| 1   | long |");
  const filled = withTables(page, { one: table });
  assertEquals(filled, page.replace("old", table));
  assertEquals(withTables(filled, { one: table }), filled);
  assertThrows(() => withTables(page, {}), Error, "Cannot fill one");
  assertThrows(() => withTables(page, { one: "", two: "" }), Error, "Cannot place two");
});

Deno.test("lineChart() places points by linear and logarithmic axes, and clips them", () => {
  const svg = lineChart({
    x: { label: "x < y", ticks: [0, 10] },
    y: { label: "y", ticks: [1, 100], isLogarithmic: true },
    lines: [{ label: "a", points: [[0, 1], [5, 10], [20, 1000]], dashed: true }],
  });
  // From (60, 60) to (460, 360): a half is (260, 210), and a point beyond an end lies on it.
  assert(svg.includes(`<path d="M60 360L260 210L460 60" fill="none"`));
  assert(svg.includes("x &#60; y"));
  assert(svg.includes("stroke-dasharray"));
});
