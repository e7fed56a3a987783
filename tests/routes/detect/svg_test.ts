import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { problemOf, quickApp } from "../quick_app.ts";

/** Smallest PNG: one transparent pixel. */
const PNG = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

/** Sends the PNG with a header `Accept`. */
async function send(accept: string, path = "/detect"): Promise<Response> {
  const app = await quickApp();
  return await app.request(path, { method: "POST", body: PNG, headers: { accept } });
}

Deno.test("POST /detect draws the detections over the image if the client prefers SVG", async () => {
  const response = await send("image/svg+xml, application/json;q=0.5");
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "image/svg+xml");
  assert(response.headers.has("server-timing"));
  assertStringIncludes(await response.text(), `href="data:image/png;base64,${PNG.toBase64()}"`);
});

for (
  const accept of [
    "*/*",
    "application/json, image/svg+xml;q=0.9",
    "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8",
    "image/webp",
  ]
) {
  Deno.test(`POST /detect answers JSON to Accept: ${accept}`, async () => {
    const response = await send(accept);
    assertEquals(response.headers.get("content-type"), "application/json");
  });
}

Deno.test("POST /detect answers problems as JSON to a client that prefers SVG", async () => {
  const problem = await problemOf(send("image/svg+xml", "/detect?score=2"));
  assertEquals(problem, [400, "invalid-option"]);
});

Deno.test("POST /detect counts the memory of the SVG until the client has read it", async () => {
  const app = await quickApp({ bodyMemory: 120 });
  const ask = (accept: string) =>
    app.request("/detect", { method: "POST", body: PNG, headers: { accept } });
  const svg = await ask("image/svg+xml");
  assertEquals(await problemOf(ask("application/json")), [503, "busy"]);
  const text = await svg.text();
  assertEquals(svg.headers.get("content-length"), String(text.length));
  const other = await ask("image/svg+xml");
  await other.body?.cancel();
  assertEquals((await ask("application/json")).status, 200);
});
