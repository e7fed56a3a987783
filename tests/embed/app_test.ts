import { assertEquals, assertGreater } from "@std/assert";
import { Hono } from "hono";
import { createApp, createDetector } from "../../src/platforms/host/embed.ts";
import { newKey } from "../../src/commands/key.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";

const IMAGE = fruitImage();
const detector = await createDetector({ model: "everyday8", engine: "wasm", threads: 1 });
const { detections } = await detector.detect(IMAGE);

/** Returns the labels of an answer of `POST /detect`, which must be 200. */
async function labelsOf(response: Response | Promise<Response>) {
  const answer = await response;
  assertEquals(answer.status, 200);
  const found = (await answer.json()).detections as { label: string }[];
  return found.map(({ label }) => label);
}

const POST = { method: "POST", body: IMAGE };
const expected = detections.map(({ label }) => label);

Deno.test("createApp() answers at once", async () => {
  const app = createApp({ detector });
  assertEquals((await app.request("/readyz")).status, 200);
  assertGreater(expected.length, 0);
  assertEquals(await labelsOf(app.request("/detect", POST)), expected);
  assertEquals((await (await app.request("/models")).json()).default, "everyday8");
});

Deno.test("createApp() answers images beyond maxCalls with busy", async () => {
  const app = createApp({ detector, maxCalls: 2 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => app.request("/detect", POST)));
  const statuses = answers.map(({ status }) => status).sort();
  assertEquals(statuses, [200, 200, 503, 503, 503]);
  assertEquals(await labelsOf(app.request("/detect", POST)), expected);
});

Deno.test("createApp() can be mounted under another app, whose routes keep working", async () => {
  const outer = new Hono();
  outer.get("/", (context) => context.text("mine"));
  outer.route("/vision", createApp({ detector }));
  assertEquals(await (await outer.request("/")).text(), "mine");
  assertEquals(await labelsOf(outer.request("/vision/detect", POST)), expected);
  const damaged = await outer.request("/vision/detect", { method: "POST", body: "no image" });
  assertEquals(damaged.status, 415);
  assertEquals(damaged.headers.get("content-type"), "application/problem+json");
  assertEquals((await damaged.json()).code, "not-an-image");
  const wrong = await outer.request("/vision/detect");
  assertEquals([wrong.status, wrong.headers.get("allow")], [405, "POST"]);
  assertEquals((await outer.request("/detect", POST)).status, 404);
});

Deno.test("createApp() can be mounted by its fetch, behind any router", async () => {
  const { fetch } = createApp({ detector });
  const outer = new Hono().mount("/vision", fetch);
  assertEquals(await labelsOf(outer.request("/vision/detect", POST)), expected);
});

Deno.test("createApp() answers a real server's requests", async () => {
  const app = createApp({ detector });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  const { port } = server.addr as Deno.NetAddr;
  const body = new FormData();
  body.append("image", new Blob([IMAGE]));
  const response = fetch(`http://127.0.0.1:${port}/detect`, { method: "POST", body });
  assertEquals(await labelsOf(response), expected);
  await server.shutdown();
});

Deno.test("createApp() applies the options of the server, also when it is mounted", async () => {
  const { key, entry } = await newKey("client");
  const [name, sha256] = entry.split(":") as [string, string];
  const app = createApp({ detector, keys: [{ name, sha256 }], maxBytes: 1000 });
  for (const [outer, path] of [[app, ""], [new Hono().route("/vision", app), "/vision"]] as const) {
    assertEquals((await outer.request(`${path}/detect`, POST)).status, 401);
    assertEquals((await outer.request(`${path}/healthz`)).status, 200);
    assertEquals((await outer.request(`${path}/models/healthz`)).status, 401);
    const headers = { "x-api-key": key };
    assertEquals((await outer.request(`${path}/detect`, { ...POST, headers })).status, 413);
  }
});

Deno.test("createApp() answers 503 after its detector was closed", async () => {
  const closing = await createDetector({ model: "everyday8", engine: "wasm", threads: 1 });
  const app = createApp({ detector: closing });
  await closing.close();
  const response = await app.request("/detect", POST);
  assertEquals([response.status, (await response.json()).code], [503, "model-not-ready"]);
});

const MOUNTS: Readonly<Record<string, () => Hono>> = {
  "Hono's route()": () => new Hono().route("/vision/", createApp({ detector })),
  "two of Hono's route()": () =>
    new Hono().route("/vision", new Hono().route("/", createApp({ detector }))),
  "Hono's mount(), with mountPath": () =>
    new Hono().mount("/vision", createApp({ detector, mountPath: "/vision/" }).fetch),
};

for (const [name, mounted] of Object.entries(MOUNTS)) {
  Deno.test(`createApp() links below its mount in ${name}`, async () => {
    const outer = mounted();
    const requests: Record<string, RequestInit> = {
      "/vision/detect": { method: "POST", body: "no image" },
      "/vision/detect?scor=1": { method: "POST", body: IMAGE },
      "/vision/models/unicorn": {},
      "/vision/models": { method: "DELETE" },
    };
    for (const [path, init] of Object.entries(requests)) {
      const { type, code } = await (await outer.request(path, init)).json();
      assertEquals(type, `/vision/problems/${code}`);
      assertEquals((await (await outer.request(type)).json()).code, code);
    }
    const { servers } = await (await outer.request("/vision/openapi.json")).json();
    assertEquals(servers[0].url, "/vision");
  });
}

Deno.test("createApp() lists the known models in an error about an unknown one", async () => {
  const app = createApp({ detector });
  for (const path of ["/models/everyday9", "/detect?model=everyday9", "/v2/models/everyday9"]) {
    const response = await app.request(path, path.startsWith("/detect") ? POST : {});
    const { detail, error } = await response.json();
    assertEquals(response.status, 404);
    assertEquals(detail ?? error, 'Cannot use model "everyday9" as there are only: everyday8');
  }
});
