import type { Case } from "./case.ts";
import { OPTION_CASES, WAY_CASES } from "./cases/options.ts";
import { CHUNKED_CASE, IMAGE_CASES, LAST_CASE } from "./cases/images.ts";
import { BOMB_CASES, FILE_CASES, PROBLEM_CASES } from "./cases/problems.ts";
import { SERVICE_CASES } from "./cases/service.ts";

/** All cases of the suite, in the order in which they run. */
export const CASES: readonly Case[] = [
  ...IMAGE_CASES,
  CHUNKED_CASE,
  ...OPTION_CASES,
  ...WAY_CASES,
  ...SERVICE_CASES,
  ...PROBLEM_CASES,
  ...FILE_CASES,
  ...BOMB_CASES,
  LAST_CASE,
];
