import { assertEquals } from "@std/assert";
import { accuracyPages, pageWithTables, readInputSizes } from "../../bench/plots/accuracy.ts";
import { inputSizesPlot } from "../../bench/plots/input_sizes.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the plot of input sizes is that of the committed results", async () => {
  const svg = await Deno.readTextFile(new URL("docs/accuracy/input_sizes.svg", ROOT));
  assertEquals(svg, inputSizesPlot(await readInputSizes()));
});

for (const page of await accuracyPages()) {
  Deno.test(`the tables of ${page.path} are those of the committed results`, async () => {
    const text = await Deno.readTextFile(new URL(page.path, ROOT));
    assertEquals(text, await pageWithTables(page));
  });
}
