import { assertEquals, assertStringIncludes } from "@std/assert";
import { inputSizesPlot, inputSizesTable, readInputSizes } from "../../bench/plots/accuracy.ts";

const DOCS = new URL("../../docs/", import.meta.url);

Deno.test("the plot and the table of input sizes are those of the committed results", async () => {
  const sizes = await readInputSizes();
  const svg = await Deno.readTextFile(new URL("accuracy/input_sizes.svg", DOCS));
  assertEquals(svg, inputSizesPlot(sizes));
  const page = await Deno.readTextFile(new URL("accuracy.md", DOCS));
  assertStringIncludes(page, inputSizesTable(sizes));
});
