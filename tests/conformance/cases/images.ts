import type { Case } from "../case.ts";
import { IMAGE_NAMES, SCENE } from "../images.ts";
import { golden } from "./golden_case.ts";

const SCORE = 0.3;

/** Every image as the body itself: each format, upright and turned. */
export const IMAGE_CASES: readonly Case[] = IMAGE_NAMES.map((name) =>
  golden(`detects objects in ${name}`, SCORE, name, (body) => [
    `/detect?score=${SCORE}`,
    { method: "POST", body },
  ])
);

const CHUNKED = "scene/rgb.bmp";

/** The largest image in chunks, some of which come before the app has read those before them. */
export const CHUNKED_CASE: Case = {
  ...golden(`detects objects in ${CHUNKED} in chunks`, SCORE, CHUNKED, (body) => [
    `/detect?score=${SCORE}`,
    { method: "POST", body: inChunks(body, 8192) },
  ]),
  expected: { kind: "golden", key: `detects objects in ${CHUNKED}`, score: SCORE },
};

/** Makes a body that has no length: `fetch` sends its pieces as chunks. */
function inChunks(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array> {
  const count = Math.ceil(bytes.length / size);
  return ReadableStream.from(
    Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  );
}

/** The scene once more: the server must have survived all cases before. */
export const LAST_CASE: Case = {
  ...golden("detects objects in the scene after all other cases", SCORE, SCENE, (body) => [
    `/detect?score=${SCORE}`,
    { method: "POST", body },
  ]),
  expected: { kind: "golden", key: `detects objects in ${SCENE}`, score: SCORE },
};
