import { assert, assertEquals, AssertionError } from "@std/assert";
import type { Detection, DetectResult } from "../../src/ports/detector.ts";
import type { Case } from "./case.ts";
import type { Golden, GoldenAnswer } from "./golden.ts";
import { PROBLEM_STATUS } from "./problem_status.ts";

/** How far an answer of another engine may lie from the golden one: pixels of an edge, score. */
const MAX_PIXELS = 0.5, MAX_SCORE = 1e-3;

/**
 * Holds an answer to what its case expects.
 *
 * All runtimes have the same decoders, so that detections of the engine that made the golden answer,
 * wasm on one thread, must be equal to it; those of another may be off by half a pixel and a
 * thousandth of the score.
 *
 * @throws {AssertionError} Where it is something else.
 */
export async function judge(
  { name, expected }: Case,
  response: Response,
  golden: Golden,
): Promise<void> {
  if (expected.kind === "answer") {
    const text = await response.text();
    assertEquals(response.status, 200, text);
    expected.holds(text, response.headers);
    return;
  }
  const answer = await response.json();
  if (expected.kind === "problem") {
    judgeProblem(response, answer, expected.codes);
    const end = golden.ends[name];
    assert(end === undefined || end === (answer.code ?? "ok"), `${answer.code} instead of ${end}`);
    return;
  }
  assertEquals(response.status, 200, JSON.stringify(answer));
  const wanted = golden.answers[expected.key];
  assert(wanted !== undefined, `golden.json has no "${expected.key}": make it anew`);
  judgeDetections(answer, wanted, expected.score);
}

function judgeProblem(
  { status, headers }: Response,
  answer: { readonly code?: string; readonly status?: number; readonly type?: string },
  codes: readonly string[],
): void {
  const { code = "ok" } = answer;
  assert(codes.includes(code), `${status} ${code} instead of ${codes.join(" or ")}`);
  assertEquals(status, PROBLEM_STATUS[code]);
  if (code === "ok") return;
  assertEquals([answer.status, answer.type], [status, `/problems/${code}`]);
  assertEquals(headers.get("content-type"), "application/problem+json");
}

function judgeDetections(
  { model, image, detections, engine }: DetectResult,
  wanted: GoldenAnswer,
  score: number,
): void {
  assertEquals([model, image], ["everyday8", wanted.image]);
  if (engine.provider === "wasm" && engine.threads === 1) {
    assertEquals(detections, wanted.detections);
    return;
  }
  detections.forEach((detection, i) => {
    assert(detection.score > score, `a score of ${detection.score} is not above ${score}`);
    assert(i === 0 || detection.score <= detections[i - 1].score, "the best score is not first");
  });
  matchOneToOne(detections, wanted.detections);
}

/** Gives each golden detection the nearest of those found that is left; none may be left over. */
function matchOneToOne(found: readonly Detection[], wanted: readonly Detection[]): void {
  const left = [...found];
  for (const detection of wanted) {
    const at = left.findIndex((candidate) => isClose(candidate, detection));
    if (at === -1) throw missing(detection, left);
    left.splice(at, 1);
  }
  assertEquals(left, [], "there are detections that nobody expects");
}

function isClose(found: Detection, wanted: Detection): boolean {
  return found.label === wanted.label && found.classId === wanted.classId &&
    Math.abs(found.score - wanted.score) <= MAX_SCORE &&
    edgesOf(found).every((edge, i) => Math.abs(edge - edgesOf(wanted)[i]) <= MAX_PIXELS);
}

function edgesOf({ box }: Detection): readonly number[] {
  return [box.xmin, box.ymin, box.xmax, box.ymax];
}

function missing(wanted: Detection, left: readonly Detection[]): AssertionError {
  return new AssertionError(
    `Nothing found is within ${MAX_PIXELS} px and ${MAX_SCORE} of ${JSON.stringify(wanted)}; ` +
      `left are ${JSON.stringify(left)}`,
  );
}
