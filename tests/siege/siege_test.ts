import { assertEquals } from "@std/assert";
import { ATTACKS } from "./attacks.ts";
import { drawFruit, ORANGE_SKIN } from "../sample_images/draw_fruit.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { besiege } from "./besiege.ts";
import { head, open } from "./connection.ts";
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
  await test.step("an image of 8 kB is answered while 20 bodies of 20 MB stall", async () => {
    using connections = new DisposableStack();
    for (let i = 0; i < 20; i++) {
      const connection = await open(server.url);
      if (connection === undefined) throw new Error("The server takes no connection");
      connections.use(connection);
      await connection.send(head("/detect", "Content-Length: 20000000"));
      await connection.send(new Uint8Array(1_000_000));
    }
    const body = smallImage();
    const response = await fetch(`${server.url}/detect`, { method: "POST", body });
    await response.body?.cancel();
    assertEquals([response.status, body.length < 10_000], [200, true]);
  });
});

function smallImage(): Uint8Array<ArrayBuffer> {
  return encodePng(drawFruit(128, 96, [{ x: 60, y: 50, radius: 30, skin: ORANGE_SKIN }]));
}
