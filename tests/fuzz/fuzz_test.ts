import { assert, assertEquals } from "@std/assert";
import { createApp } from "../../routes/app.ts";
import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";
import { openEveryday8 } from "../everyday8.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { pick, seededRandom } from "../random.ts";
import { BOMBS } from "./bombs.ts";
import { corpus } from "./corpus.ts";
import { decode } from "./decode.ts";
import { mutate } from "./mutate.ts";

// `deno task fuzz` runs more mutations and measures the time and memory of a real server.
const SEED = 20_261_123;
const DECLARED = [
  ...["ok", "no-image", "not-an-image", "unsupported-format", "truncated-image", "corrupt-image"],
  ...["too-many-pixels", "too-many-bytes"],
];

Deno.test("BOMBS has 200 bombs at least, each with a name of its own", () => {
  assert(BOMBS.length >= 200);
  assertEquals(new Set(BOMBS.map(({ name }) => name)).size, BOMBS.length);
});

Deno.test("decodeImage() ends each bomb with one of its codes", () => {
  for (const { name, bytes, ends } of BOMBS) {
    const end = decode(bytes());
    assert(ends.includes(end), `${name} ended in ${end}, not in ${ends.join(" or ")}`);
  }
});

Deno.test("decodeImage() decodes or refuses each of 300 mutations of real files", async () => {
  const files = await corpus();
  const random = seededRandom(SEED);
  const seen = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const [name, file] = files[i % files.length]!;
    const [, other] = pick(files, random);
    const end = decode(mutate(file, random, other));
    assert(DECLARED.includes(end), `mutation ${i}, of ${name}, ended in ${end}`);
    seen.add(end);
  }
  for (const end of ["ok", "corrupt-image", "truncated-image", "not-an-image"]) {
    assert(seen.has(end), `no mutation ended in ${end}`);
  }
});

Deno.test("mutate() makes the same file for the same seed", async () => {
  const files = await corpus();
  const [, file] = files[0]!;
  const [, other] = files[1]!;
  const made = () => mutate(file, seededRandom(5), other);
  assertEquals(made(), made());
});

Deno.test("POST /detect refuses bombs, and then detects objects in an image", async () => {
  const manifest = parseManifest(everyday8);
  const detector = await openEveryday8();
  const registry = new ModelRegistry({
    manifests: [manifest],
    atStart: [manifest.id],
    load: () => Promise.resolve(detector),
  });
  await registry.started;
  const logged: Error[] = [];
  const log = (error: Error) => void logged.push(error);
  const app = createApp({ registry, maxBytes: 20_000_000, log });
  const send = async (body: Uint8Array<ArrayBuffer>) => {
    const response = await app.request("/detect", { method: "POST", body });
    return [response.status, await response.json()] as const;
  };
  // One bomb of each format and end, since all of them ran above.
  const kinds = new Map(
    BOMBS.map((bomb) => [`${bomb.name.split(":")[0]} ${bomb.ends.join()}`, bomb]),
  );
  for (const { name, bytes, ends } of kinds.values()) {
    const [status, { code = "ok" }] = await send(bytes());
    assert(ends.includes(code), `${name} got ${status} ${code}`);
    assert([200, 400, 413, 415, 422].includes(status), `${name} got ${status}`);
  }
  const [status, { detections }] = await send(fruitImage());
  assertEquals([status, detections[0].label], [200, "orange"]);
  assertEquals(logged, []);
  await registry.close();
});
