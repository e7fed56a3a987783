import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { drain } from "../../server_process.ts";

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
