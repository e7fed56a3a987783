import { assertEquals, assertMatch } from "@std/assert";
import { newKey } from "../../src/commands/key.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { startDeno } from "./start_deno.ts";

const FUNCTION = new URL("../../examples/supabase/functions/detect/", import.meta.url);

Deno.test("examples/supabase passes photos to a server, with the key", async () => {
  const { key, entry } = await newKey("supabase");
  await using server = await startServer({
    API_KEYS: entry,
    KEY_RATE: "4",
    RATE_WINDOW: "3600",
    LOG: "none",
  });
  await using edge = await startDeno(
    ["run", "--no-config", "--allow-net", "--allow-env", "index.ts"],
    FUNCTION.pathname,
    { DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", DETECT_SERVER: server.url, DETECT_KEY: key },
  );
  const post = (path: string, body: BodyInit, headers: HeadersInit = {}) =>
    fetch(`${edge.url}/detect${path}`, { method: "POST", body, headers });

  const form = new FormData();
  form.set("image", new File([fruitImage()], "fruit.png"));
  const stream = new Blob([fruitImage()]).stream().pipeThrough(new CompressionStream("gzip"));
  const gzip = await new Response(stream).bytes();
  for (
    const [body, headers] of [
      [form, {}],
      [fruitImage(), {}],
      [gzip, { "content-encoding": "gzip" }],
    ] as const
  ) {
    const response = await post("?score=0.3&max=1", body, headers);
    const { detections } = await response.json();
    assertEquals([response.status, detections.length, detections[0].label], [200, 1, "orange"]);
  }
  const refused = await post("", "a text");
  assertEquals(
    [refused.status, refused.headers.get("content-type"), (await refused.json()).code],
    [415, "application/problem+json", "not-an-image"],
  );
  const late = await post("", fruitImage());
  assertEquals([late.status, (await late.json()).code], [429, "too-many-requests"]);
  assertMatch(late.headers.get("retry-after")!, /^[1-9]\d*$/);
  assertEquals((await fetch(`${edge.url}/detect`)).status, 405);
});
