import { assertEquals } from "@std/assert";
import { besiege } from "./besiege.ts";
import { largeImage } from "./large_image.ts";
import { isInOwnNetwork, runInOwnNetwork } from "./own_network.ts";
import { MAX_BYTES } from "./promises.ts";
import { startSiegeServer } from "./siege_server.ts";
import { URL_ATTACKS, urlSettings } from "./url_attacks.ts";

const ROOT = new URL("../../", import.meta.url);
const hasNetwork = isInOwnNetwork() || await runInOwnNetwork(["true"]) === 0;

// Needs Linux namespaces. The test runs itself again in a network with a public IP address.
Deno.test({
  name: "deno task start survives images by URL of hosts that do not send them",
  ignore: !hasNetwork,
  async fn(test) {
    if (!isInOwnNetwork()) {
      const self = [Deno.execPath(), "test", "-A", "--no-check", "--lock=tests/deno.lock"];
      return assertEquals(await runInOwnNetwork([...self, import.meta.filename!]), 0);
    }
    await using server = await startSiegeServer(ROOT, await urlSettings());
    // `deno task siege` has more.
    for (const name of Object.keys(URL_ATTACKS).slice(1, 4)) {
      await test.step(name, async () => {
        const { recoveryMs, peakBytes } = await besiege(server, name, 1, largeImage());
        assertEquals([Number.isNaN(recoveryMs), peakBytes > MAX_BYTES], [false, false]);
      });
    }
  },
});
