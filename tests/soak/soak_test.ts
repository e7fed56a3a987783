import { assert, assertEquals } from "@std/assert";
import { startServer } from "../platforms/host/start_server.ts";
import { goodImages } from "./images.ts";
import { soak } from "./soak.ts";

/** Answers to valid and invalid requests, and to requests for which the queue was full. */
const ALLOWED = /^(200|left|503 busy|4(00|04|13|15|22) [a-z-]+)$/;

// `deno task soak` sends more requests and measures memory and time.
Deno.test("deno task start answers a mix of valid and invalid requests, and survives it", async () => {
  // A long wait, so that a slow machine does not refuse most of the requests.
  await using server = await startServer({
    ENGINE: "wasm",
    QUEUE: "16",
    MAX_WAIT_MS: "60000",
  });
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
  assert(alive, "the server detected nothing after the last request");
});
