import { assert } from "@std/assert";
import { textTable } from "../../src/commands/shared/text_table.ts";
import { NO_BROWSER } from "../platforms/browser/chromium.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { readGolden } from "./golden.ts";
import { judge } from "./judge.ts";
import { loadImages, MISSING_PHOTOS } from "./images.ts";
import { RUNTIMES } from "./runtimes.ts";
import { sendCase } from "./send_case.ts";
import { suiteSettings } from "./settings.ts";
import { SKIPS } from "./skips.ts";
import type { StartTarget, Target } from "./target.ts";
import { startDeno } from "./targets/deno.ts";

// The same cases on every runtime, one after the other: `deno task test:runtimes`.
// One runtime alone: `deno task test:runtimes --filter "bun:"`.

const golden = await readGolden();
const images = await loadImages();
const tallies = new Map<string, { passed: number; failed: number; skipped: number }>();

/** Runtimes, and another engine, whose answers need only be near the golden ones. */
const TARGETS: Readonly<Record<string, StartTarget>> = {
  ...RUNTIMES,
  "deno, two threads": (environment) => startDeno({ ...environment, THREADS: "2" }),
};

/** Running server; starting another one stops it, since five servers are too many for two cores. */
let running: { readonly name: string; readonly target: Promise<Target> } | undefined;

/** Starts a server once; if the start fails, all its cases fail with the reason. */
async function targetOf(name: string, start: StartTarget): Promise<Target> {
  if (running?.name !== name) {
    await stop();
    running = { name, target: suiteSettings().then(start) };
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

Deno.test("SKIPS names runtimes and cases that exist", () => {
  for (const { runtime, cases } of SKIPS) {
    assert(runtime in TARGETS, `there is no runtime ${runtime}`);
    assert(CASES.some(({ name }) => cases.test(name)), `${cases} is the name of no case`);
  }
});

/** Returns the reason to skip a case; undefined if it runs. */
function skipOf(runtime: string, { name, needsPhotos }: Case): string | undefined {
  if (needsPhotos && MISSING_PHOTOS !== undefined) return MISSING_PHOTOS;
  if (runtime === "chromium" && NO_BROWSER !== undefined) return NO_BROWSER;
  return SKIPS.find((skip) => skip.runtime === runtime && skip.cases.test(name))?.reason;
}

for (const [runtime, start] of Object.entries(TARGETS)) {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  tallies.set(runtime, tally);
  for (const asked of CASES) {
    const reason = skipOf(runtime, asked);
    if (reason !== undefined) tally.skipped++;
    Deno.test({
      name: `${runtime}: ${asked.name}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      // The server process and its connections stay open for the next case.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        tally.failed++;
        const target = await targetOf(runtime, start);
        await judge(asked, await sendCase(target, asked, images), golden);
        tally.failed--;
        tally.passed++;
      },
    });
  }
}
