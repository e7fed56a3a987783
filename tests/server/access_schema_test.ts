import { assertEquals, assertMatch } from "@std/assert";
import { newKey } from "../../src/commands/key.ts";
import { runTask } from "../commands/run_task.ts";
import { startServer } from "../platforms/host/start_server.ts";

Deno.test("deno task key prints a key and its entry for API_KEYS", async () => {
  const { stdout } = await runTask("key", "alice");
  assertMatch(stdout, /\brne_[\w-]{43}\n/);
  assertMatch(stdout, /\balice:[0-9a-f]{64}\n/);
});

Deno.test("deno task start applies the settings for the public internet", async (test) => {
  const { key, entry } = await newKey("alice");
  await using server = await startServer({
    API_KEYS: entry,
    KEY_RATE: "6",
    ADDRESS_RATE: "8",
    TRUSTED_PROXY: "1",
    IMAGE_URLS: "on",
    BODY_TIMEOUT_MS: "500",
    CORS_ORIGINS: "https://page.example",
  });
  const ask = (path: string, init: RequestInit = {}, address = "192.0.2.1") =>
    fetch(server.url + path, {
      ...init,
      headers: { "x-api-key": key, "x-forwarded-for": address, ...init.headers },
    });
  const codeOf = async (response: Response) => [response.status, (await response.json()).code];

  await test.step("a key is needed, except for the health routes", async () => {
    assertEquals((await fetch(`${server.url}/healthz`)).status, 200);
    assertEquals((await fetch(`${server.url}/readyz`)).status, 200);
    assertEquals(await codeOf(await fetch(`${server.url}/models`)), [401, "unauthorized"]);
    const response = await ask("/models", { headers: { origin: "https://page.example" } });
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("access-control-allow-origin"), "https://page.example");
    assertMatch(response.headers.get("ratelimit-policy")!, /"address";q=8;w=60, "key";q=6;w=60/);
    await response.body?.cancel();
  });

  await test.step("an image URL of the local network is refused", async () => {
    for (const url of ["https://127.0.0.1/", "https://localhost/", "http://example.org/"]) {
      const headers = { "content-type": "application/json" };
      const sent = { method: "POST", body: JSON.stringify({ url }), headers };
      assertEquals(await codeOf(await ask("/detect", sent)), [403, "url-not-allowed"]);
    }
  });

  await test.step("a slow body is refused", async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(9)),
    });
    const response = await ask("/detect", { method: "POST", body });
    assertEquals(await codeOf(response), [408, "body-timeout"]);
  });

  await test.step("rates are limited, by key and by IP address", async () => {
    assertEquals((await codeOf(await ask("/nowhere")))[0], 404);
    assertEquals(await codeOf(await ask("/models", {}, "192.0.2.2")), [429, "too-many-requests"]);
    const statuses = [];
    for (let i = 0; i < 3; i++) {
      const response = await ask("/models", { headers: { "x-api-key": "guess" } });
      statuses.push(response.status);
      await response.body?.cancel();
    }
    assertEquals(statuses, [401, 401, 429]);
  });
});
