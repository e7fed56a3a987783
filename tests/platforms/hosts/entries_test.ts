import { assertEquals } from "@std/assert";
import { executable } from "./executable.ts";
import { assertSameAnswers } from "./same_answers.ts";
import { startEntry } from "./start_entry.ts";

const node22 = () => executable("node22");
const node24 = () => executable("node24");
const bun = () => executable("bun");
const deno = () => Promise.resolve(Deno.execPath());

const OWN_ENTRY = new URL("../../../src/platforms/serverless/deno.ts", import.meta.url).href;
const DENO_SERVE = [
  ...["serve", "--host=127.0.0.1", "--port=0", "--no-prompt"],
  ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
];

// Servers that load their models while they listen, and refuse images until then.
for (
  const [entry, program, script] of [
    ["bunServer() as Bun's default export", bun, "bun.mjs"],
    ["node.ts serve() on Node 22", node22, "node_serve.mjs"],
    ["node.ts createHandler() under a user's server", node22, "node_handler.mjs"],
  ] as const
) {
  Deno.test(`${entry} answers like Deno`, async () => {
    await using host = await startEntry(await program(), [script]);
    await host.ready();
    await assertSameAnswers(host.ask);
  });
}

// Servers that load their models with the first image request, which waits.
for (
  const [entry, program, args] of [
    ["vercel.ts on Node 22", node22, ["serve_fetch.mjs", "vercel.mjs"]],
    ["vercel.ts on Node 24", node24, ["serve_fetch.mjs", "vercel.mjs"]],
    ["serverless/deno.ts of the package by deno serve", deno, [...DENO_SERVE, "deno.mjs"]],
    ["serverless/deno.ts of the project by deno serve", deno, [...DENO_SERVE, OWN_ENTRY]],
  ] as const
) {
  Deno.test(`${entry} answers like Deno`, async () => {
    await using host = await startEntry(await program(), args);
    await assertSameAnswers(host.ask);
    const response = await host.ask("/readyz");
    assertEquals([response.status, await response.json()], [200, { status: "ready" }]);
  });
}

Deno.test("serverless/deno.ts by deno serve --parallel answers like Deno", async () => {
  await using host = await startEntry(Deno.execPath(), [...DENO_SERVE, "--parallel", OWN_ENTRY]);
  await assertSameAnswers(host.ask);
});
