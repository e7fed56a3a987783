import { assert } from "@std/assert";
import { pathToFileURL } from "node:url";
import { bundleSize, installedSize } from "../../bench/planner/code_size.ts";
import { measureOnDeno, measureOnWorkerd } from "../../bench/planner/measure_model.ts";
import { subjectOf, VERIFICATION, writeSubjects } from "../../bench/planner/subjects.ts";
import { readNeeds } from "../../src/commands/plan_needs.ts";
import { CONSTANTS } from "../../src/planner/constants.ts";
import { predict } from "../../src/planner/predict.ts";

const OWN = new URL("../../models/", import.meta.url);
const MEASURE = { deno: measureOnDeno, workerd: measureOnWorkerd };

function assertNear(expected: number, measured: number, what: string): void {
  const error = expected / measured - 1;
  assert(Math.abs(error) <= 0.25, `${what}: ${expected} expected, ${measured} measured`);
}

// `deno task plan:verify` compares times with measurements, on an idle machine.
Deno.test("predict() predicts the heap within a quarter", async (test) => {
  const folder = pathToFileURL(`${await Deno.makeTempDir()}/`);
  await writeSubjects(folder, VERIFICATION);
  const subjects = [
    subjectOf(folder, "everyday8", "hd", OWN),
    subjectOf(folder, "everyday8", "camera", OWN),
    ...Object.keys(VERIFICATION).map((id) => subjectOf(folder, id, "hd")),
  ];
  for (const subject of subjects) {
    const needs = await readNeeds(subject.id, subject.folder, subject.size);
    const runtimes = subject.id === "everyday8" ? ["deno", "workerd"] as const : ["deno"] as const;
    for (const runtime of runtimes) {
      const { id, size: { width, height } } = subject;
      await test.step(`of ${id} with ${width}x${height} on ${runtime}`, async () => {
        const { heapBytes } = await MEASURE[runtime](subject, 1);
        assertNear(predict(needs, runtime, CONSTANTS).heapBytes, heapBytes, "heap");
      });
    }
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("CONSTANTS has the size of the code within a quarter", async () => {
  const { bundle, installed } = CONSTANTS.code;
  const [bundleNow, installedNow] = [await bundleSize(), await installedSize()];
  assertNear(bundle.bytes, bundleNow.bytes, "bundle");
  assertNear(bundle.gzipped, bundleNow.gzipped, "bundle, gzipped");
  assertNear(installed.bytes, installedNow.bytes, "packages");
  assertNear(installed.gzipped, installedNow.gzipped, "packages, gzipped");
});
