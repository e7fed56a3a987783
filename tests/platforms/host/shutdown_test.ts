import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { drain } from "../../server_process.ts";
import { assertEnds } from "../../testing.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("serve.ts finishes running requests after SIGTERM, accepts none, and exits with 0", async () => {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", ENGINE: "wasm", LOG: "none" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const url = await firstUrl(server.stdout);
  const detect = () => fetch(`${url}/detect`, { method: "POST", body: fruitImage() });
  const statuses = await drain(server, url, detect);
  assertEquals(statuses, [200, 200]);
  assertEquals((await server.status).code, 0);
  await fetch(`${url}/healthz`).then(
    () => Promise.reject(new Error("it still answers")),
    () => {},
  );
});

async function firstUrl(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    const url = text.match(/http:\/\/[\d.]+:\d+/)?.[0];
    if (url) return url;
  }
  throw new Error(`it did not start: ${text}`);
}

Deno.test("serve.ts ends after SHUTDOWN_TIMEOUT_MS although a client does not send its body", async () => {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", ENGINE: "wasm", LOG: "none", SHUTDOWN_TIMEOUT_MS: "500" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const url = await firstUrl(server.stdout);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  const head =
    "POST /detect HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
  await client.write(new TextEncoder().encode(head));
  await client.read(new Uint8Array(25)); // 100 Continue
  server.kill("SIGTERM");
  assertEquals((await assertEnds(20_000, server.status)).code, 0);
});
