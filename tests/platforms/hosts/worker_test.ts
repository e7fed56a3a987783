import { assertEquals } from "@std/assert";
import { firstLine } from "../../server_process.ts";
import { childrenOf, isAlive } from "./children_of.ts";
import { executable } from "./executable.ts";
import { hostProject } from "./host_project.ts";

for (const runtime of ["node22", "node24"] as const) {
  Deno.test(`WorkerProcess can read files, but not write or start a program, on ${runtime}`, async () => {
    const { collect: _, ...attempts } = await workerOutcomes(await executable(runtime));
    const denied = "ERR_ACCESS_DENIED";
    assertEquals(attempts, { read: "done", write: denied, start: denied });
  });
}

for (const runtime of ["deno", "node22", "node24", "bun"] as const) {
  Deno.test(`WorkerProcess can collect garbage, on ${runtime}`, async () => {
    const outcomes = runtime === "deno"
      ? await workerOutcomes(Deno.execPath(), "run", "-A")
      : await workerOutcomes(await executable(runtime));
    assertEquals(outcomes.collect, "done");
  });
}

/** Starts `worker.mjs` as a worker process, and returns the outcomes of its attempts. */
async function workerOutcomes(
  command: string,
  ...flags: readonly string[]
): Promise<Readonly<Record<string, string>>> {
  await using project = await hostProject();
  const { stdout, stderr } = await new Deno.Command(command, {
    args: [...flags, "start_worker.mjs"],
    cwd: project.folder,
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

for (const runtime of ["node22", "node24", "bun"] as const) {
  Deno.test(`WorkerProcess ends a hung process after SIGKILL of its parent process, on ${runtime}`, async () => {
    await using project = await hostProject();
    const parent = new Deno.Command(await executable(runtime), {
      args: ["start_hanging.mjs"],
      cwd: project.folder,
      stdout: "piped",
    }).spawn();
    assertEquals(await firstLine(parent.stdout), "hangs");
    const [worker] = await childrenOf(parent.pid);
    parent.kill("SIGKILL");
    await parent.status;
    await parent.stdout.cancel();
    for (let tries = 0; tries < 100 && await isAlive(worker!); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await isAlive(worker!), false);
  });
}
