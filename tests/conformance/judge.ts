import { assert, assertEquals, AssertionError } from "@std/assert";
import type { Detection, DetectResult } from "../../src/ports/detector.ts";
import type { Case } from "./case.ts";
import { type Golden, type GoldenAnswer, goldenAnswer } from "./golden.ts";
import { PROBLEM_STATUS } from "./problem_status.ts";

/** Maximum difference of an edge between two engines, in pixels. */
const MAX_PIXELS = 0.5;
/** Maximum difference of a score between two engines. */
const MAX_SCORE = 1e-3;

/**
 * Asserts that an answer is the one that its case expects.
 *
 * All runtimes have the same decoders. Detections of the engine that made the golden answer, wasm on
 * one thread, must therefore be equal to it. Those of another engine may differ by half a pixel and
 * a thousandth of the score.
 *
 * @throws {AssertionError} If the answer is another one.
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
  judgeDetections(answer, goldenAnswer(golden, expected.key), expected.score);
}

function judgeProblem(
  { status, headers }: Response,
  answer: { readonly code?: string; readonly status?: number; readonly type?: string },
  codes: readonly string[],
): void {
  const { code = "ok" } = answer;
  assert(codes.includes(code), `${status} ${code} instead of ${codes.join(" or ")}`);
  assert(code in PROBLEM_STATUS, `problem_status.ts has no status of ${code}`);
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
    const previous = detections[i - 1]?.score ?? 1;
    assert(detection.score <= previous, "the best score is not first");
  });
  matchOneToOne(detections, wanted.detections);
}

/** Pairs each golden detection with one that was found; asserts that none is left over. */
function matchOneToOne(found: readonly Detection[], wanted: readonly Detection[]): void {
  const left = [...found];
  for (const detection of wanted) {
    const at = left.findIndex((candidate) => isClose(candidate, detection));
    if (at === -1) throw missing(detection, left);
    left.splice(at, 1);
  }
  assertEquals(left, [], "there are detections that the golden answer has not");
}

function isClose(found: Detection, wanted: Detection): boolean {
  return found.label === wanted.label && found.classId === wanted.classId &&
    Math.abs(found.score - wanted.score) <= MAX_SCORE &&
    EDGES.every((edge) => Math.abs(found.box[edge] - wanted.box[edge]) <= MAX_PIXELS);
}

const EDGES = ["xmin", "ymin", "xmax", "ymax"] as const;

function missing(wanted: Detection, left: readonly Detection[]): AssertionError {
  return new AssertionError(
    `Nothing found is within ${MAX_PIXELS} px and ${MAX_SCORE} of ${JSON.stringify(wanted)}; ` +
      `left are ${JSON.stringify(left)}`,
  );
}
