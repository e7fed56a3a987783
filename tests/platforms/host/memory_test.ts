import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { residentBytes } from "../../soak/resident_bytes.ts";
import { startServer } from "./start_server.ts";

/** Documented limit on the resident memory of a server with default settings, MiB. */
const LIMIT = 1536;

const ROOT = new URL("../../../", import.meta.url);

Deno.test("the memory limit of the server is the same in the document and in the manifests", async () => {
  for (const file of ["deploy/knative.yaml", "deploy/kserve.yaml"]) {
    assertStringIncludes(await Deno.readTextFile(new URL(file, ROOT)), `memory: ${LIMIT}Mi`);
  }
  const document = await Deno.readTextFile(new URL("docs/security.md", ROOT));
  assertStringIncludes(document, `${LIMIT} MiB`);
});

Deno.test("a server with default settings keeps its memory limit under 15 JSON bodies of 26 MB", async () => {
  await using server = await startServer({ ENGINE: "wasm" });
  const scene = await Deno.readFile(new URL("tests/sample_images/scene.jpg", ROOT));
  const image = new Uint8Array(19_900_000);
  image.set(scene);
  const body = new TextEncoder().encode(JSON.stringify({ image: image.toBase64() }));
  let peak = 0;
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await residentBytes(server.pid));
      await new Promise((resolve) => setTimeout(resolve, 50)); // leaves the cores to the uploads
    }
  })();
  const statuses = await Promise.all(Array.from({ length: 15 }, async () => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${server.url}/detect`, { method: "POST", body, headers });
    await response.arrayBuffer();
    return response.status;
  }));
  isOver = true;
  await watch;
  assert(statuses.includes(200), `no upload was answered: ${statuses}`);
  assertEquals(statuses.filter((status) => status !== 200 && status !== 503), []);
  assert(peak > 0 && peak < LIMIT * 2 ** 20, `the server took ${Math.ceil(peak / 2 ** 20)} MiB`);
});
