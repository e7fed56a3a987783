import { assert, assertEquals } from "@std/assert";
import { RUNTIMES } from "../conformance/runtimes.ts";
import { NO_BROWSER } from "../platforms/browser/chromium.ts";
import { runTask } from "../commands/run_task.ts";
import { testUnless } from "../testing.ts";

testUnless(
  NO_BROWSER,
  "deno task bench --runtimes measures a cold start and a warm image on each runtime",
  async () => {
    const args = ["--runtimes", "--starts", "1", "--rounds", "1", "--json"];
    const { code, stdout, stderr } = await runTask("bench", ...args);
    assertEquals(code, 0, stderr);
    const measured = JSON.parse(stdout);
    const names = measured.map(({ runtime }: { readonly runtime: string }) => runtime);
    assertEquals(names, Object.keys(RUNTIMES));
    for (const { runtime, engine, coldStart, warm } of measured) {
      assert(engine.startsWith("wasm, "), `${runtime} ran on ${engine}`);
      assertEquals([coldStart.runs, warm.runs], [1, 1]);
    }
  },
);
