import { assert, assertEquals } from "@std/assert";
import { startServer } from "../platforms/host/start_server.ts";
import { goodImages } from "./images.ts";
import { soak } from "./soak.ts";

/** Answers that a client may get for what it sent, or since there was no room. */
const ALLOWED = /^(200|left|503 busy|4(00|04|13|15|22) [a-z-]+)$/;

// The long one, which measures memory and time too, is `deno task soak`.
Deno.test("deno task start answers a mix of good and bad requests, and lives on", async () => {
  await using server = await startServer({ ENGINE: "wasm", QUEUE: "16" });
  const { answers, alive } = await soak({
    url: server.url,
    pid: server.pid,
    requests: 150,
    connections: 16,
    seed: 7,
    images: { good: await goodImages() },
  });
  assertEquals([...answers.keys()].filter((answer) => !ALLOWED.test(answer)), []);
  assert((answers.get("200") ?? 0) > 30, JSON.stringify([...answers]));
  assert(alive, "no image was found in after the last request");
});
