import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { Hono } from "hono";
import { STYLE_HASH } from "../../routes/reference/document.ts";
import { newApiKey, quickApp } from "../routes/quick_app.ts";

Deno.test("GET /openapi.json names the path below which the app is mounted", async () => {
  const app = await quickApp();
  const outer = new Hono().route("/vision", app);
  for (
    const [from, path, url] of [
      [app, "/openapi.json", "/"],
      [outer, "/vision/openapi.json", "/vision"],
    ] as const
  ) {
    const response = await from.request(path);
    assertEquals(response.status, 200, path);
    assertEquals((await response.json()).servers[0].url, url);
  }
});

Deno.test("GET /openapi.json requires a key where the server does, and needs none itself", async () => {
  const { accepted } = await newApiKey("alice");
  const ways = [{ bearer: [] }, { apiKey: [] }];
  for (const [keys, security] of [[undefined, [{}, ...ways]], [[accepted], ways]] as const) {
    const app = await quickApp({ keys });
    assertEquals((await (await app.request("/openapi.json")).json()).security, security);
    assertEquals((await app.request("/models")).status, keys ? 401 : 200);
  }
});

Deno.test("GET /docs allows its own style sheet and nothing else", async () => {
  const app = await quickApp({ keys: [] });
  const response = await app.request("/docs");
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-type")!, /^text\/html/);
  assertEquals(
    response.headers.get("content-security-policy"),
    `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; ` +
      "frame-ancestors 'none'",
  );
  const page = await response.text();
  assertEquals(await hashOf(page.match(/<style>([^]*?)<\/style>/)![1]!), STYLE_HASH);
});

Deno.test("GET /docs refers to no other site, and only to ids that it has", async () => {
  const page = await (await (await quickApp()).request("/docs")).text();
  assertNotMatch(page, /<script|<link|<img|\ssrc=|style=|https?:\/\//);
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!);
  assert(links.length > 30, `${links.length} links`);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => `#${id}`);
  assertEquals(links.filter((href) => href !== "openapi.json" && !ids.includes(href)), []);
  assertEquals(ids.length, new Set(ids).size);
});

Deno.test("GET /docs shows every operation, parameter and error code of the document", async () => {
  const app = await quickApp();
  const page = await (await app.request("/docs")).text();
  const { paths } = await (await app.request("/openapi.json")).json();
  const words = Object.entries<Record<string, Described>>(paths).flatMap(([path, item]) => [
    path,
    ...Object.values(item).flatMap(({ operationId, parameters = [], responses }) => [
      operationId,
      ...parameters.map(({ name }) => name),
      ...Object.keys(responses),
    ]),
  ]);
  assertEquals(words.filter((word) => !page.includes(word)), []);
});

for (const path of ["/openapi.json", "/docs"]) {
  Deno.test(`${path} takes GET and HEAD only`, async () => {
    const app = await quickApp();
    assertEquals((await app.request(path, { method: "HEAD" })).status, 200);
    const response = await app.request(path, { method: "POST" });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
  });
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: object;
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}
