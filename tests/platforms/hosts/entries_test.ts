import { assertEquals } from "@std/assert";
import { executable } from "./executable.ts";
import { hostProject } from "./host_project.ts";
import { type Ask, assertSameAnswers, SAME } from "./same_answers.ts";
import { startHost } from "./start_host.ts";

const node20 = () => executable("node20");
const node24 = () => executable("node24");
const bun = () => executable("bun");
const deno = () => Promise.resolve(Deno.execPath());

const OWN_ENTRY = new URL("../../../src/platforms/serverless/deno.ts", import.meta.url).href;
const DENO_SERVE = [
  ...["serve", "--host=127.0.0.1", "--port=0", "--no-prompt"],
  ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
];

// These load their models beside their first requests, which are refused until then.
for (
  const [what, program, script] of [
    ["bunServer() as Bun's default export", bun, "bun.mjs"],
    ["node.ts serve() on Node 20", node20, "node_serve.mjs"],
    ["node.ts createHandler() under a server of one's own", node20, "node_handler.mjs"],
  ] as const
) {
  Deno.test(`${what} answers as Deno does`, async () => {
    await using host = await start(await program(), [script]);
    await ready(host.ask);
    await assertSameAnswers(host.ask);
  });
}

// These load their models when they are asked first, and whoever asks waits.
for (
  const [what, program, args] of [
    ["vercel.ts on Node 20", node20, ["serve_fetch.mjs", "vercel.mjs"]],
    ["vercel.ts on Node 24", node24, ["serve_fetch.mjs", "vercel.mjs"]],
    ["deno_serve.ts of the package by deno serve", deno, [...DENO_SERVE, "deno.mjs"]],
    ["deno_serve.ts of the project by deno serve", deno, [...DENO_SERVE, OWN_ENTRY]],
  ] as const
) {
  Deno.test(`${what} answers as Deno does`, async () => {
    await using host = await start(await program(), args);
    await assertSameAnswers(host.ask);
    const response = await host.ask("/readyz");
    assertEquals([response.status, await response.json()], [200, { status: "ready" }]);
  });
}

async function start(command: string, args: readonly string[]) {
  const project = await hostProject();
  const host = await startHost({
    command,
    args,
    cwd: project.folder,
    environment: SAME,
    tells: command === Deno.execPath() ? "stderr" : "stdout",
  });
  const ask: Ask = (path, init) => fetch(`${host.url}${path}`, init);
  return {
    ask,
    async [Symbol.asyncDispose]() {
      await host.stop();
      await project[Symbol.asyncDispose]();
    },
  };
}

async function ready(ask: Ask): Promise<void> {
  for (;;) {
    const response = await ask("/readyz");
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
