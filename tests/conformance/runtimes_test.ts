import { assert } from "@std/assert";
import { textTable } from "../../src/commands/shared/text_table.ts";
import { NO_BROWSER } from "../platforms/browser/chromium.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { readGolden } from "./golden.ts";
import { judge } from "./judge.ts";
import { HAVE_PHOTOS, loadPhotos } from "./photos.ts";
import { RUNTIMES } from "./runtimes.ts";
import { sendCase } from "./send_case.ts";
import { suiteSettings } from "./settings.ts";
import { SKIPS } from "./skips.ts";
import type { StartTarget, Target } from "./target.ts";
import { startDeno } from "./targets/deno.ts";

// The same cases on every runtime, one after the other: `deno task test:runtimes`. A part of them
// runs with `deno task test:runtimes --filter "bun:"`.

const golden = await readGolden();
const photos = HAVE_PHOTOS ? await loadPhotos() : new Map();
const tallies = new Map<string, { passed: number; failed: number; skipped: number }>();

/** Beside the runtimes another engine, whose answers need only be near the golden ones. */
const TARGETS: Readonly<Record<string, StartTarget>> = {
  ...RUNTIMES,
  "deno, two threads": (environment) => startDeno({ ...environment, THREADS: "2" }),
};

/** The server that runs; starting another ends it, as two cores are too few for five. */
let running: { readonly name: string; readonly target: Promise<Target> } | undefined;

/** One that could not start is not tried again: all its cases fail with the reason. */
async function targetOf(name: string): Promise<Target> {
  if (running?.name !== name) {
    await stop();
    running = { name, target: suiteSettings().then(TARGETS[name]) };
  }
  return await running.target;
}

async function stop(): Promise<void> {
  const target = await running?.target.catch(() => undefined);
  running = undefined;
  await target?.[Symbol.asyncDispose]();
}

Deno.test.afterAll(async () => {
  await stop();
  const rows = [...tallies].map(([name, { passed, failed, skipped }]) => [
    name,
    ...[passed, failed, skipped].map(String),
  ]);
  console.log(`\n${textTable(["runtime", "passed", "failed", "skipped"], rows)}`);
});

Deno.test("each skip is of a runtime and of cases that there are", () => {
  for (const { runtime, cases } of SKIPS) {
    assert(runtime in TARGETS, `there is no runtime ${runtime}`);
    assert(CASES.some(({ name }) => cases.test(name)), `${cases} is the name of no case`);
  }
});

/** Why a case does not run; undefined if it does. */
function skipOf(runtime: string, { name, needsPhotos }: Case): string | undefined {
  if (needsPhotos && !HAVE_PHOTOS) return "../shared has no photos";
  if (runtime === "chromium" && NO_BROWSER) return "NO_BROWSER=1";
  return SKIPS.find((skip) => skip.runtime === runtime && skip.cases.test(name))?.reason;
}

for (const runtime of Object.keys(TARGETS)) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  tallies.set(runtime, tally);
  for (const asked of CASES) {
    const reason = skipOf(runtime, asked);
    if (reason !== undefined) tally.skipped++;
    Deno.test({
      name: `${runtime}: ${asked.name}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      // Connections and processes outlive the case that opened them.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        tally.failed++;
        const target = await targetOf(runtime);
        await judge(asked, await sendCase(target, asked, photos), golden);
        tally.failed--;
        tally.passed++;
      },
    });
  }
}
