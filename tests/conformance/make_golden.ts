import { CASES } from "./cases.ts";
import { type GoldenAnswer, writeGolden } from "./golden.ts";
import { startLocalTarget } from "./local_target.ts";
import { loadImages, MISSING_PHOTOS } from "./images.ts";
import { sendCase } from "./send_case.ts";
import { suiteSettings } from "./settings.ts";
import { sha256 } from "../../src/manifest/sha256.ts";

// Writes golden.json: the detections of the app in this process, on wasm with one thread.
//   deno run -A --lock=tests/deno.lock tests/conformance/make_golden.ts
// suite_test.ts then compares golden.json with the boxes that people marked in the photos.

if (MISSING_PHOTOS !== undefined) throw new Error(`Cannot make golden.json as ${MISSING_PHOTOS}`);
const images = await loadImages();
const hashes: Record<string, string> = {};
for (const [name, bytes] of images) hashes[name] = await sha256(bytes);

await using target = await startLocalTarget(await suiteSettings());
const answers: Record<string, GoldenAnswer> = {};
const ends: Record<string, string> = {};
for (const asked of CASES) {
  const { name, expected } = asked;
  if (expected.kind === "golden" && !(expected.key in answers)) {
    const response = await sendCase(target, asked, images);
    if (!response.ok) throw new Error(`${name} got ${response.status}: ${await response.text()}`);
    const { image, detections } = await response.json();
    answers[expected.key] = { image, detections };
  }
  if (expected.kind === "problem" && expected.codes.length > 1) {
    const { code = "ok" } = await (await sendCase(target, asked, images)).json();
    ends[name] = code;
  }
}
await writeGolden({ images: hashes, ends, answers });
