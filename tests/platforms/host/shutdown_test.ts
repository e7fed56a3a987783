import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { drain } from "../../server_process.ts";
import { assertEnds } from "../../testing.ts";
import { spawnServe } from "./spawn_serve.ts";

Deno.test("serve.ts finishes running requests after SIGTERM, accepts none, and exits with 0", async () => {
  const { url, process: server } = await spawnServe();
  const detect = () => fetch(`${url}/detect`, { method: "POST", body: fruitImage() });
  const statuses = await drain(server, url, detect);
  assertEquals(statuses, [200, 200]);
  assertEquals((await server.status).code, 0);
  await server.stdout.cancel();
  await fetch(`${url}/healthz`).then(
    () => Promise.reject(new Error("it still answers")),
    () => {},
  );
});

Deno.test("serve.ts ends after SHUTDOWN_TIMEOUT_MS although a client does not send its body", async () => {
  const { url, process: server } = await spawnServe({ SHUTDOWN_TIMEOUT_MS: "500" });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  const head =
    "POST /detect HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
  await client.write(new TextEncoder().encode(head));
  await client.read(new Uint8Array(25)); // 100 Continue
  server.kill("SIGTERM");
  assertEquals((await assertEnds(20_000, server.status)).code, 0);
  await server.stdout.cancel();
});
