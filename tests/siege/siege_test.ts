import { assertEquals } from "@std/assert";
import { ATTACKS } from "./attacks.ts";
import { besiege } from "./besiege.ts";
import { MAX_BYTES } from "./promises.ts";
import { startSiegeServer } from "./siege_server.ts";

const ROOT = new URL("../../", import.meta.url);

// `deno task siege` attacks for longer, and measures the time of polite clients too.
Deno.test("deno task start survives each attack for a moment, within its memory", async (test) => {
  await using server = await startSiegeServer(ROOT);
  for (const name of Object.keys(ATTACKS)) {
    await test.step(name, async () => {
      const { recoveryMs, peakBytes } = await besiege(server, name, 1);
      assertEquals([Number.isNaN(recoveryMs), peakBytes > MAX_BYTES], [false, false]);
    });
  }
});
