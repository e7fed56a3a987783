import { CASES } from "./cases.ts";
import { type GoldenAnswer, writeGolden } from "./golden.ts";
import { startLocalTarget } from "./local_target.ts";
import { loadPhotos } from "./photos.ts";
import { sendCase } from "./send_case.ts";
import { suiteSettings } from "./settings.ts";
import { sha256 } from "../../src/manifest/sha256.ts";

// Writes golden.json anew: what the wasm engine finds with one thread on Deno, in the app itself.
//   deno run -A --lock=tests/deno.lock tests/conformance/make_golden.ts
// golden_test.ts then holds it to what people marked in the photos.

const photos = await loadPhotos();
const hashes: Record<string, string> = {};
for (const [name, bytes] of photos) hashes[name] = await sha256(bytes);

await using target = await startLocalTarget(await suiteSettings());
const answers: Record<string, GoldenAnswer> = {};
const ends: Record<string, string> = {};
for (const asked of CASES) {
  const { name, expected } = asked;
  if (expected.kind === "golden" && !(expected.key in answers)) {
    const response = await sendCase(target, asked, photos);
    if (!response.ok) throw new Error(`${name} got ${response.status}: ${await response.text()}`);
    const { image, detections } = await response.json();
    answers[expected.key] = { image, detections };
  }
  if (expected.kind === "problem" && expected.codes.length > 1) {
    const { code = "ok" } = await (await sendCase(target, asked, photos)).json();
    ends[name] = code;
  }
}
await writeGolden({ photos: hashes, ends, answers });
