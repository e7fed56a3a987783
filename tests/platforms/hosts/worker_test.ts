import { assertEquals } from "@std/assert";
import { executable } from "./executable.ts";
import { hostProject } from "./host_project.ts";

Deno.test("WorkerProcess may read, and neither write nor start anything, on Node 24", async () => {
  await using project = await hostProject();
  const { stdout } = await new Deno.Command(await executable("node24"), {
    args: ["start_worker.mjs"],
    cwd: project.folder,
  }).output();
  const outcomes = JSON.parse(new TextDecoder().decode(stdout));
  const denied = "ERR_ACCESS_DENIED";
  assertEquals(outcomes, { read: "done", write: denied, start: denied });
});
