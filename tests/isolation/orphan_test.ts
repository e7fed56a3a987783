import { assertEquals } from "@std/assert";
import { childrenOf, isAlive } from "../platforms/hosts/children_of.ts";
import { firstLine } from "../server_process.ts";

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  Deno.test(`WorkerProcess ends a hung process after ${signal} of its parent process`, async () => {
    const script = new URL("./busy_parent.ts", import.meta.url).pathname;
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--lock=tests/deno.lock", script, "0"],
      cwd: new URL("../../", import.meta.url),
      stdout: "piped",
    }).spawn();
    assertEquals(await firstLine(parent.stdout), "hangs");
    const [worker] = await childrenOf(parent.pid);
    assertEquals(await isAlive(worker!), true);
    parent.kill(signal);
    await parent.status;
    for (let tries = 0; tries < 100 && await isAlive(worker!); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await isAlive(worker!), false);
    await parent.stdout.cancel();
  });
}
