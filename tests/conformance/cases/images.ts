import type { Case } from "../case.ts";
import { PHOTO_NAMES, STREET } from "../photos.ts";
import { golden } from "./golden_case.ts";

const SCORE = 0.3;

/** Every photo as the body itself: each format, upright and turned. */
export const IMAGE_CASES: readonly Case[] = PHOTO_NAMES.map((name) =>
  golden(`finds what is in ${name}`, SCORE, (photos) => [
    `/detect?score=${SCORE}`,
    { method: "POST", body: photos.get(name)! },
  ])
);

/** The same one again, so that the server is seen to have outlived all that came before. */
export const LAST_CASE: Case = {
  ...golden("finds what is in it after all of this", SCORE, (photos) => [
    `/detect?score=${SCORE}`,
    { method: "POST", body: photos.get(STREET)! },
  ]),
  expected: { kind: "golden", key: `finds what is in ${STREET}`, score: SCORE },
};
