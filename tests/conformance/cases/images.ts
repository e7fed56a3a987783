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

/** The scene once more: the server must have survived all cases before. */
export const LAST_CASE: Case = {
  ...golden("detects objects in the scene after all other cases", SCORE, SCENE, (body) => [
    `/detect?score=${SCORE}`,
    { method: "POST", body },
  ]),
  expected: { kind: "golden", key: `detects objects in ${SCENE}`, score: SCORE },
};
