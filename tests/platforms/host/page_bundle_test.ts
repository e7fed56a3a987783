import { assertEquals } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { demoApp } from "../../../examples/browser/serve.ts";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { listen } from "../../../src/platforms/host/listen.ts";
import { pageWithBundle } from "../../../src/platforms/host/page_bundle.ts";
import { quickApp } from "../../routes/quick_app.ts";

/** Script of the bundle of these tests, which is larger than the buffers of a stream. */
const SCRIPT = "export {};".padEnd(1_000_000);

/** Writes a bundle with one script and a folder of models, and a secret beside it. */
async function bundleFolder() {
  const parent = new URL(`file://${await Deno.makeTempDir()}/`);
  const folder = new URL("bundle/", parent);
  await Deno.mkdir(new URL("models/", folder), { recursive: true });
  await Deno.writeTextFile(new URL("retinanet-edge.js", folder), SCRIPT);
  await Deno.writeTextFile(new URL("secret.txt", parent), "secret");
  return {
    folder,
    secret: fileURLToPath(new URL("secret.txt", parent)),
    [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }),
  };
}

Deno.test("pageWithBundle() and demoApp() serve no file outside the bundle", async () => {
  await using bundle = await bundleFolder();
  const { folder, secret } = bundle;
  const server = await quickApp({ page: pageWithBundle(fileURLToPath(folder)) });
  for (const app of [server, demoApp(folder)]) {
    const get = (path: string) => app.request(`http://localhost/retinanet-edge/${path}`);
    assertEquals(await (await get("retinanet-edge.js")).text(), SCRIPT);
    for (
      const path of [
        ...[secret, encodeURIComponent(secret), `file://${secret}`, `file:%2F%2F${secret}`],
        ...["..%2fsecret.txt", "models%2f..%2f..%2fsecret.txt", "%2e%2e%2fsecret.txt"],
        ...["..%5Csecret.txt", "a%5C..%5C..%5Csecret.txt", "a%5c..%2f..%2fsecret.txt"],
      ]
    ) {
      const response = await get(path);
      await response.body?.cancel();
      assertEquals(response.status, 404, path);
    }
  }
});

Deno.test("pageWithBundle() has no file for the name of a folder", async () => {
  await using bundle = await bundleFolder();
  const app = await quickApp({ page: pageWithBundle(fileURLToPath(bundle.folder)) });
  const response = await app.request("/retinanet-edge/models");
  await response.body?.cancel();
  assertEquals(response.status, 404);
});

Deno.test({
  name: "HEAD of a file of the bundle leaves no file open",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using bundle = await bundleFolder();
    const app = await quickApp({ page: pageWithBundle(fileURLToPath(bundle.folder)) });
    for (let count = 0; count < 5; count++) {
      const response = await app.request("/retinanet-edge/retinanet-edge.js", { method: "HEAD" });
      assertEquals([response.status, response.body], [200, null]);
    }
    await delay(50); // a stream opens its file after it was created
    assertEquals(await openFilesBelow(fileURLToPath(bundle.folder)), []);
  },
});

Deno.test("a file of the bundle is downloaded again only after it has changed", async () => {
  await using bundle = await bundleFolder();
  const app = await quickApp({ page: pageWithBundle(fileURLToPath(bundle.folder)) });
  await using listener = await listenTo(app);
  const get = async (method: string, condition = "") => {
    const url = `${listener.url}/retinanet-edge/retinanet-edge.js`;
    const response = await fetch(url, { method, headers: { "if-none-match": condition } });
    const { length } = await response.text();
    return { response, length, etag: response.headers.get("etag")! };
  };
  for (const method of ["GET", "HEAD"]) {
    const { response, length } = await get(method);
    assertEquals(length, method === "GET" ? SCRIPT.length : 0);
    assertEquals(response.headers.get("content-length"), String(SCRIPT.length));
  }
  const { etag } = await get("HEAD");
  assertEquals((await get("GET", etag)).response.status, 304);
  // A new version of the same size, with the time of modification of the old one.
  const file = new URL("retinanet-edge.js", bundle.folder);
  const { mtime } = await Deno.stat(file);
  await delay(1100); // Deno knows the time of the last change in seconds
  await Deno.writeTextFile(file, SCRIPT.replace("export", "import"));
  await Deno.utime(file, mtime!, mtime!);
  assertEquals((await get("GET", etag)).response.status, 200);
});

/** Serves an app as the server does. */
async function listenTo(app: Hono<AppEnv>) {
  const listener = await listen(app, {
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: 10,
    maxHeaderBytes: 16_384,
    headerTimeoutMs: 60_000,
    bodyTimeoutMs: 60_000,
  });
  return { ...listener, [Symbol.asyncDispose]: () => listener.close() };
}

/** Lists the open files of this process in a folder. */
async function openFilesBelow(folder: string): Promise<string[]> {
  const links = await Array.fromAsync(Deno.readDir("/proc/self/fd"));
  const paths = await Promise.all(
    links.map(({ name }) => Deno.readLink(`/proc/self/fd/${name}`).catch(() => "")),
  );
  return paths.filter((path) => path.startsWith(folder));
}
