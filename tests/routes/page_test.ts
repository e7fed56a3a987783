import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { PAGE_MODULE, pageModule } from "../../packaging/build_page.ts";
import { newApiKey, quickApp } from "./quick_app.ts";

Deno.test("routes/page/document.ts is built from the folder page", async () => {
  // A difference means: run `deno task page`, and commit the module.
  assert(await Deno.readTextFile(PAGE_MODULE) === await pageModule(), "run deno task page");
});

Deno.test("GET / is one document that loads nothing else", async () => {
  const app = await quickApp();
  const response = await app.request("/");
  assertEquals(response.status, 200);
  assertStringIncludes(response.headers.get("content-type")!, "text/html");
  const html = await response.text();
  assertStringIncludes(html, 'data-engines="server"');
  const linked = [...html.matchAll(/\b(?:src|href)="(?!data:)([^"]*)"/g)].map(([, url]) => url);
  assertEquals(linked, []);
});

Deno.test("GET / allows only the script and the style sheet of the document", async () => {
  const app = await quickApp();
  const response = await app.request("/");
  const policy = response.headers.get("content-security-policy")!;
  assert(!/unsafe-inline|(?<!wasm-)unsafe-eval|unsafe-hashes|\*|http/.test(policy), policy);
  const html = await response.text();
  for (const tag of ["style", "script"]) {
    const parts = [...html.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g"))];
    assertEquals(parts.length, 1);
    const text = new TextEncoder().encode(parts[0]![1]);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    assertStringIncludes(policy, `'sha256-${digest.toBase64()}'`);
  }
  assert(!/\son\w+=|\sstyle=/.test(html), "handlers and styles in attributes do not work");
});

Deno.test("GET / answers 304 while the page is the same", async () => {
  const app = await quickApp();
  const etag = (await app.request("/")).headers.get("etag")!;
  const get = (condition: string) => app.request("/", { headers: { "if-none-match": condition } });
  for (const condition of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
    assertEquals((await get(condition)).status, 304, condition);
  }
  assertEquals((await get('"x"')).status, 200);
});

Deno.test("the page and its bundle need no API key, and the API still does", async () => {
  const { accepted } = await newApiKey("phone");
  const file = { size: 1, etag: '"1"', open: () => new Uint8Array(1) };
  const page = { readBundle: () => Promise.resolve(file) };
  const app = await quickApp({ keys: [accepted], page });
  const outer = new Hono().route("/vision", app as never);
  assertEquals((await app.request("/")).status, 200);
  assertEquals((await app.request("/retinanet-edge/models/a.onnx")).status, 200);
  assertEquals((await outer.request("/vision")).status, 200);
  for (const path of ["/models", "/detect", "/retinanet-edgy", "//"]) {
    assertEquals((await app.request(path)).status, 401, path);
  }
});

Deno.test("the page can be mounted below a path, and switched off", async () => {
  const outer = new Hono().mount("/vision", (await quickApp()).fetch as never);
  assertEquals((await outer.request("/vision/")).status, 200);
  const app = await quickApp({ page: false });
  assertEquals((await app.request("/")).status, 404);
  assertEquals((await (await quickApp()).request("/", { method: "PUT" })).status, 405);
});

Deno.test("the page serves the files of a browser bundle, and no other file", async () => {
  const readBundle = (path: string) => {
    const isThere = path === "chunk.js" || path === "models/a.json";
    const open = () => new TextEncoder().encode("1");
    return Promise.resolve(isThere ? { size: 1, etag: '"1"', open } : null);
  };
  const app = await quickApp({ page: { readBundle } });
  assertStringIncludes(await (await app.request("/")).text(), 'data-engines="server browser"');
  const script = await app.request("/retinanet-edge/chunk.js");
  assertStringIncludes(script.headers.get("content-type")!, "text/javascript");
  assertEquals(script.headers.get("cross-origin-embedder-policy"), "require-corp");
  assertEquals((await app.request("/retinanet-edge/models/a.json")).status, 200);
  assertEquals((await app.request("/retinanet-edge/nope.js")).status, 404);
});

Deno.test("createPage() opens a file of the bundle only for a response with a body", async () => {
  let opened = 0;
  const open = () => {
    opened++;
    return new Uint8Array(5);
  };
  const file = { size: 5, etag: '"5"', open };
  const app = await quickApp({ page: { readBundle: () => Promise.resolve(file) } });
  const fields = ["etag", "content-length", "content-type"];
  for (
    const [method, condition, status, values, opens] of [
      ["HEAD", '"4"', 200, ['"5"', "5", "application/wasm"], 0],
      ["HEAD", '"5"', 304, ['"5"', null, null], 0],
      ["GET", 'W/"5"', 304, ['"5"', null, null], 0],
      ["GET", '"4"', 200, ['"5"', "5", "application/wasm"], 1],
    ] as const
  ) {
    const headers = { "if-none-match": condition };
    const response = await app.request("/retinanet-edge/a.wasm", { method, headers });
    assertEquals([response.status, opened], [status, opens], `${method} ${condition}`);
    assertEquals(fields.map((name) => response.headers.get(name)), values);
    assertEquals(response.headers.get("cache-control"), "no-cache");
    assert(response.headers.has("x-request-id"));
  }
});

for (
  const path of [
    ...["..%2fsecret", "%2e%2e%2fsecret", "models%2f..%2f..%2fsecret", "models/%2e%2e", "%20.."],
    ...["/etc/passwd", "%2Fetc%2Fpasswd", "file:///etc/passwd", "C:%2Fsecret", "models//secret"],
    ...["a%5C..%5C..%5Cetc%5Cpasswd", "..%5Csecret", "a\\..\\..\\etc\\passwd", "%252e%252e%252fa"],
    ...["a%00.js", ".hidden", "models/", "https://example.com/a.js", "models/deep/a.json"],
  ]
) {
  Deno.test(`createPage() asks readBundle() for no file at ${path}`, async () => {
    const asked: string[] = [];
    const readBundle = (name: string) => {
      asked.push(name);
      return Promise.resolve(null);
    };
    const app = await quickApp({ page: { readBundle } });
    const response = await app.request(`http://localhost/retinanet-edge/${path}`);
    assertEquals(response.status, 404);
    assertEquals(asked, []);
  });
}
