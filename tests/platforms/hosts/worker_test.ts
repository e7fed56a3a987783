import { assertEquals } from "@std/assert";
import { executable } from "./executable.ts";
import { hostProject } from "./host_project.ts";

for (const runtime of ["node22", "node24"] as const) {
  Deno.test(`WorkerProcess can read files, but not write or start a program, on ${runtime}`, async () => {
    await using project = await hostProject();
    const { stdout, stderr } = await new Deno.Command(await executable(runtime), {
      args: ["start_worker.mjs"],
      cwd: project.folder,
    }).output();
    const outcomes = JSON.parse(new TextDecoder().decode(stdout));
    const denied = "ERR_ACCESS_DENIED";
    assertEquals(outcomes, { read: "done", write: denied, start: denied });
    assertEquals(new TextDecoder().decode(stderr), "");
  });
}
