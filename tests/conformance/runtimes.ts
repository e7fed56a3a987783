import type { StartTarget } from "./target.ts";
import { startBun } from "./targets/bun.ts";
import { startChromium } from "./targets/chromium.ts";
import { startDeno } from "./targets/deno.ts";
import { startNode } from "./targets/node.ts";
import { startWorkerdTarget } from "./targets/workerd.ts";

/** Runtimes of the suite, each with the function that starts its server. */
export const RUNTIMES: Readonly<Record<string, StartTarget>> = {
  deno: startDeno,
  node: startNode,
  bun: startBun,
  workerd: startWorkerdTarget,
  chromium: startChromium,
};
